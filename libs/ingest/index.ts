export { type IngestResult, ingest, recordsOf } from './ingest.js'
export { ProbeDto } from './probe-dto.js'
export { judge } from './record.js'
export { ProbeWriter } from './writer.js'
