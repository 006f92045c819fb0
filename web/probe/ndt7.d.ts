declare module '@m-lab/ndt7' {
  const ndt7: { test(config: object, callbacks: object): Promise<number> }
  export default ndt7
}
