export * from './campaign.js'
export * from './deciding-tests.js'
export * from './effort.js'
