export * from './account-name.js'
export * from './browser.js'
export * from './password.js'
export * from './claims.js'
