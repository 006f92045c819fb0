export * from './sites.js'
