export * from './logistic.js'
export * from './place-share.js'
export * from './presence-fit.js'
export * from './presence-rows.js'
