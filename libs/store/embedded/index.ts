import type { Duplex } from 'node:stream'
export async function openEmbedded(_dir: string): Promise<{ poolOptions: { max: 1; stream?: () => Duplex }; role: 'owner' | 'guest'; close(): Promise<void> }> { throw new Error('stub') }
