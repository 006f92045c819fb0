export { DEMO_SEED, buildDemo } from './build.js'
export { type DemoProvince, demoProbes, demoProvinces, remotenessOf } from './country.js'
