export * from './civil-time.js'
export * from './serial-date.js'
export { readTimeOfDay } from './text.js'
export { offsetAt } from './zone.js'
