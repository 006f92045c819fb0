export { DEMO_SEED, buildDemo } from './build.js'
export { demoProbes, demoProvinces, remotenessOf } from './country.js'
export { demoPlan } from './plan.js'
