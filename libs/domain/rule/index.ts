export * from './rule-check.js'
export * from './rule-sentence.js'
export * from './rule.js'
export * from './shipped-rules.js'
