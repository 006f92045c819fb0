/** Properties of each layer's features, for TileJSON. */
import type { RunLayer } from './tile-layers.js'

const COUNT_FIELDS = {
  white: 'res-8 cells',
  grey: 'res-8 cells',
  black: 'res-8 cells',
  unknown: 'measured, undecided',
}

export const LAYER_FIELDS: Record<RunLayer, Record<string, string>> = {
  cells: {
    h3: 'H3 index',
    res: 'H3 resolution',
    class: 'white, grey, black or unknown',
    confidence: '0 to 1',
    operators_min: 'fewest operators that can serve the cell, at resolution 8',
    operators_max: 'most operators that can serve the cell, at resolution 8',
    untried: 'operators that nobody tried, with commas between them',
    partial: 'served or none_tried, where no class is stated',
    ...COUNT_FIELDS,
  },
  areas: {
    code: 'HCP code',
    level: 'region, province or commune',
    name_fr: 'name',
    name_ar: 'name',
    class: 'most frequent class',
    ...COUNT_FIELDS,
    not_measured: 'res-8 cells',
  },
  zones: {
    id: 'lasts from run to run',
    class: 'white, grey or black',
    cell_count: 'res-8 cells',
    born_run: 'run in which it was born',
    commune_code: 'HCP code',
    province_code: 'HCP code',
    region_code: 'HCP code',
  },
  difference: {
    h3: 'H3 index',
    res: 'H3 resolution',
    from: 'class in the run compared with, or none',
    to: 'class in this run, or none',
    direction: 'better, worse or other',
    better: 'res-8 cells nearer to black',
    worse: 'res-8 cells nearer to white',
    other: 'res-8 cells newly decided, undecided or measured',
  },
  contradictions: {
    h3: 'H3 index',
    res: 'H3 resolution',
    declared_refuted: 'res-8 cells in which a declared network was measured not to be there',
    present_undeclared: 'res-8 cells in which a network was measured that its operator does not declare',
    late_plan: 'res-8 cells in which a promise is past its day',
  },
  inferred: { h3: 'H3 index', class: 'inferred, not measured: white, grey or black', confidence: '0 to 1' },
  localities: {
    id: 'locality',
    name_fr: 'name',
    name_ar: 'name',
    kind: 'douar, town or other',
    population: 'people',
    class: 'of its own cell',
  },
  sites: {
    code: 'site code',
    name: 'name',
    name_ar: 'name',
    type: 'kind of site',
    simulated: 'of the demonstration',
  },
}
