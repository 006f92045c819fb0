/** The settings that are shipped, as examples: they stand until an administrator writes others. */
import type { ProgrammeSettings } from './settings.js'

export const SHIPPED_SETTINGS: ProgrammeSettings = {
  targets: [
    {
      id: 'fibre-sites',
      title: {
        en: 'Administrative sites with fibre',
        fr: 'Sites administratifs raccordés à la fibre',
        ar: 'المواقع الإدارية المربوطة بالألياف',
      },
      sites: 6_300,
      step: 'installed',
      types: null,
      technologies: ['fibre'],
      year: 2026,
      source: 'Maroc Digital 2030; le360 says that they are urban sites',
      verification: 'quoted',
    },
    {
      id: 'communities',
      title: {
        en: 'Territorial communities equipped',
        fr: 'Collectivités territoriales équipées',
        ar: 'الجماعات الترابية المجهزة',
      },
      sites: 1_590,
      step: 'installed',
      types: ['council'],
      technologies: null,
      year: null,
      source: 'Le Matin, 372048: about 1,590 territorial communities',
      verification: 'quoted',
    },
  ],
  requiredPlatforms: ['civil-status', 'watiqa', 'rokhas', 'chikaya', 'majaliss', 'chafafiya'],
  followUp: {
    liveDays: 21,
    droppedDays: 28,
    reportingDays: 7,
    followUpShare: 0.7,
    escalateShare: 0.5,
    source: 'Giga (UNICEF, ITU): states of a device, and shares of reporting schools',
    verification: 'source',
  },
}
