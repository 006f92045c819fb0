export * from './account-names.js'
export * from './changes.js'
export * from './people.js'
export * from './secrets.js'
