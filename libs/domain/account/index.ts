export * from './account-name.js'
