export { type IngestOptions, type IngestResult, ingest, recordsOf } from './ingest.js'
export { ProbeDto } from './probe-dto.js'
export { type Judged, judge } from './record.js'
export { ProbeWriter } from './writer.js'
