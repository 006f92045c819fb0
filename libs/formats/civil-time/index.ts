export * from './civil-time.js'
export * from './serial-date.js'
