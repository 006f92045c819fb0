export * from './api-processes.js'
export * from './parent-channel.js'
export * from './signs-of-life.js'
export * from './supervisor.js'
