export * from './catalogue.js'
export * from './line-figures.js'
export * from './site-platforms.js'
