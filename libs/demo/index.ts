export { DEMO_SEED, buildDemo } from './build.js'
export { demoClaims, demoProbes, demoProvinces, remotenessOf } from './country.js'
export { demoPlan } from './plan.js'
