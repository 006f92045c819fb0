/** Layers that can be shown over the cells, in the order of the legend. */
export const OVERLAYS = ['zones', 'localities', 'sites', 'plan'] as const
export type Overlay = (typeof OVERLAYS)[number]
