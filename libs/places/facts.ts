/**
 * Facts about the 12 regions and the 75 provinces and prefectures. Codes, names, population and households are from HCP's
 * general census RGPH 2024 (CC BY 4.0, credit: Haut-Commissariat au Plan; converted to this form by the project). Seats are
 * from GeoNames (CC BY 4.0). ISO 3166-2 codes are those of the 2018 edition, which OpenStreetMap and `morocco-map` use.
 */

export interface RegionFact {
  /** HCP code, `01` or `01.051`. */
  code: string
  /** ISO 3166-2, `MA-01` or `MA-HOC`. */
  iso: string
  nameFr: string
  nameAr: string
  population: number
  households: number
  /** Chief town; its position is in degrees, WGS 84. */
  seatFr: string
  seatLat: number
  seatLng: number
}

export interface ProvinceFact extends RegionFact {
  type: 'province' | 'prefecture'
}

/** Year of the census and of the edition of the codes. */
export const FACTS_VINTAGE = 2024

// code | iso | name fr | name ar | population | households | seat | lat | lng
const REGION_LINES = `
01 | MA-01 | Tanger-Tétouan-Al Hoceima | طنجة-تطوان-الحسيمة | 4030222 | 1048860 | Tanger | 35.76727 | -5.79975
02 | MA-02 | Oriental | الشرق | 2294665 | 575015 | Oujda | 34.68052 | -1.90764
03 | MA-03 | Fès-Meknès | فاس-مكناس | 4467911 | 1135717 | Fès | 34.03715 | -4.9998
04 | MA-04 | Rabat-Salé-Kénitra | الرباط-سلا-القنيطرة | 5132639 | 1301492 | Rabat | 34.01325 | -6.83255
05 | MA-05 | Béni Mellal-Khénifra | بني ملال-خنيفرة | 2525801 | 616566 | Béni Mellal | 32.33725 | -6.34984
06 | MA-06 | Casablanca-Settat | الدار البيضاء-سطات | 7688967 | 2021032 | Casablanca | 33.60011 | -7.62176
07 | MA-07 | Marrakech-Safi | مراكش-آسفي | 4892393 | 1185865 | Marrakech | 31.6293 | -8.00148
08 | MA-08 | Drâa-Tafilalet | درعة-تافيلالت | 1655623 | 338977 | Errachidia | 31.93055 | -4.43588
09 | MA-09 | Souss-Massa | سوس-ماسة | 3020431 | 785208 | Agadir | 30.43999 | -9.62004
10 | MA-10 | Guelmim-Oued Noun | كلميم-واد نون | 448685 | 105394 | Guelmim | 28.98696 | -10.05738
11 | MA-11 | Laâyoune-Sakia El Hamra | العيون-الساقية الحمراء | 451028 | 106751 | Laâyoune | 27.13658 | -13.19604
12 | MA-12 | Dakhla-Oued Ed-Dahab | الداخلة-وادي الذهب | 219965 | 54161 | Dakhla | 23.68477 | -15.95798
`

// code | iso | type | name fr | name ar | population | households | seat | lat | lng
const PROVINCE_LINES = `
01.051 | MA-HOC | province | Al Hoceima | الحسيمة | 371527 | 89181 | Al Hoceima | 35.25165 | -3.93723
01.151 | MA-CHE | province | Chefchaouen | شفشاون | 412713 | 90956 | Chefchaouen | 35.1674 | -5.27151
01.227 | MA-FAH | province | Fahs-Anjra | الفحص-أنجرة | 100789 | 25160 | Anjra | 35.69254 | -5.53814
01.331 | MA-LAR | province | Larache | العرائش | 510211 | 124642 | Larache | 35.19321 | -6.15572
01.405 | MA-OUZ | province | Ouezzane | وزان | 274577 | 74896 | Ouezzane | 34.7997 | -5.57505
01.511 | MA-TNG | prefecture | Tanger-Assilah | طنجة-أصيلة | 1494413 | 418844 | Tanger | 35.76727 | -5.79975
01.571 | MA-TET | province | Tétouan | تطوان | 611928 | 157384 | Tétouan | 35.57856 | -5.34462
01.573 | MA-MDF | prefecture | M'diq-Fnideq | المضيق-الفنيدق | 254064 | 67797 | M'diq | 35.68313 | -5.32871
02.113 | MA-BER | province | Berkane | بركان | 284061 | 75643 | Berkane | 34.92 | -2.32
02.167 | MA-DRI | province | Driouch | الدريوش | 188191 | 48849 | Driouch | 34.9767 | -3.38842
02.251 | MA-FIG | province | Figuig | فجيج | 144451 | 34105 | Bouarfa | 32.53379 | -1.96209
02.265 | MA-GUF | province | Guercif | جرسيف | 215837 | 47538 | Guercif | 34.22514 | -3.35235
02.275 | MA-JRA | province | Jerada | جرادة | 103527 | 23833 | Jerada | 34.31 | -2.16
02.381 | MA-NAD | province | Nador | الناضور | 565987 | 146090 | Nador | 35.16813 | -2.93352
02.411 | MA-OUJ | prefecture | Oujda-Angad | وجدة-أنجاد | 572454 | 148929 | Oujda | 34.68052 | -1.90764
02.533 | MA-TAI | province | Taourirt | تاوريرت | 220157 | 50028 | Taourirt | 34.40554 | -2.89976
03.061 | MA-MEK | prefecture | Meknès | مكناس | 942945 | 248296 | Meknès | 33.89352 | -5.54727
03.131 | MA-BOM | province | Boulemane | بولمان | 205411 | 48509 | Missour | 33.04893 | -3.98947
03.171 | MA-HAJ | province | El Hajeb | الحاجب | 267156 | 66258 | El Hajeb | 33.6828 | -5.36835
03.231 | MA-FES | prefecture | Fès | فاس | 1256172 | 329286 | Fès | 34.03715 | -4.9998
03.271 | MA-IFR | province | Ifrane | إفران | 160904 | 42684 | Ifrane | 33.52685 | -5.10912
03.451 | MA-SEF | province | Sefrou | صفرو | 304748 | 81262 | Sefrou | 33.83186 | -4.828
03.531 | MA-TAO | province | Taounate | تاونات | 612650 | 147051 | Taounate | 34.53661 | -4.64009
03.561 | MA-TAZ | province | Taza | تازة | 500971 | 126023 | Taza | 34.21 | -4.01
03.591 | MA-MOU | province | Moulay Yacoub | مولاي يعقوب | 216954 | 46348 | Moulay Yacoub | 34.08475 | -5.17915
04.281 | MA-KEN | province | Kénitra | القنيطرة | 1284247 | 300046 | Kénitra | 34.26101 | -6.5802
04.291 | MA-KHE | province | Khémisset | الخميسات | 563036 | 146516 | Khémisset | 33.82404 | -6.06627
04.421 | MA-RAB | prefecture | Rabat | الرباط | 515619 | 157183 | Rabat | 34.01325 | -6.83255
04.441 | MA-SAL | prefecture | Salé | سلا | 1089554 | 290311 | Salé | 34.0531 | -6.79846
04.481 | MA-SIK | province | Sidi Kacem | سيدي قاسم | 545509 | 122538 | Sidi Kacem | 34.22149 | -5.70775
04.491 | MA-SIL | province | Sidi Slimane | سيدي سليمان | 351199 | 76582 | Sidi Slimane | 34.26478 | -5.92598
04.501 | MA-SKH | prefecture | Skhirate-Témara | الصخيرات-تمارة | 783475 | 208316 | Témara | 33.92866 | -6.90656
05.081 | MA-AZI | province | Azilal | أزيلال | 574112 | 121842 | Azilal | 31.96419 | -6.57429
05.091 | MA-BEM | province | Béni Mellal | بني ملال | 580327 | 150397 | Béni Mellal | 32.33725 | -6.34984
05.255 | MA-FQH | province | Fquih Ben Salah | الفقيه بن صالح | 475977 | 111668 | Fquih Ben Salah | 32.50705 | -6.68858
05.301 | MA-KHN | province | Khénifra | خنيفرة | 370240 | 100159 | Khénifra | 32.9391 | -5.6686
05.311 | MA-KHO | province | Khouribga | خريبكة | 525145 | 132500 | Khouribga | 32.88108 | -6.9063
06.111 | MA-BES | province | Benslimane | بنسليمان | 279517 | 69353 | Benslimane | 33.62018 | -7.1246
06.117 | MA-BRR | province | Berrechid | برشيد | 640657 | 160957 | Berrechid | 33.27313 | -7.5871
06.141 | MA-CAS | prefecture | Casablanca | الدار البيضاء | 3218036 | 909829 | Casablanca | 33.60011 | -7.62176
06.181 | MA-JDI | province | El Jadida | الجديدة | 914367 | 221678 | El Jadida | 33.25492 | -8.50602
06.355 | MA-MED | province | Médiouna | مديونة | 345787 | 88190 | Médiouna | 33.45161 | -7.51995
06.371 | MA-MOH | prefecture | Mohammadia | المحمدية | 514057 | 137265 | Mohammadia | 33.68607 | -7.38298
06.385 | MA-NOU | province | Nouaceur | النواصر | 672324 | 183539 | Nouaceur | 33.3852 | -7.57927
06.461 | MA-SET | province | Settat | سطات | 652292 | 148224 | Settat | 33.00103 | -7.61662
06.467 | MA-SIB | province | Sidi Bennour | سيدي بنور | 451930 | 101997 | Sidi Bennour | 32.66136 | -8.42819
07.041 | MA-HAO | province | Al Haouz | الحوز | 642815 | 147971 | Tahannaout | 31.38006 | -7.94203
07.161 | MA-CHI | province | Chichaoua | شيشاوة | 379079 | 92262 | Chichaoua | 31.54351 | -8.76275
07.191 | MA-KES | province | El Kelâa Des-Sraghna | قلعة السراغنة | 560273 | 125161 | El Kelâa des Sraghna | 32.05121 | -7.41079
07.211 | MA-ESI | province | Essaouira | الصويرة | 426719 | 111602 | Essaouira | 31.5125 | -9.77
07.351 | MA-MAR | prefecture | Marrakech | مراكش | 1571580 | 402389 | Marrakech | 31.6293 | -8.00148
07.427 | MA-REH | province | Rehamna | الرحامنة | 346108 | 76166 | Ben Guerir | 32.24088 | -7.95397
07.431 | MA-SAF | province | Safi | آسفي | 719671 | 175259 | Safi | 32.29939 | -9.23718
07.585 | MA-YUS | province | Youssoufia | اليوسفية | 246148 | 55055 | Youssoufia | 32.25394 | -8.53351
08.201 | MA-ERR | province | Errachidia | الرشيدية | 427572 | 90107 | Errachidia | 31.93055 | -4.43588
08.363 | MA-MID | province | Midelt | ميدلت | 313769 | 73708 | Midelt | 32.6852 | -4.74512
08.401 | MA-OUA | province | Ouarzazate | ورزازات | 304932 | 66420 | Ouarzazate | 30.93223 | -6.92565
08.577 | MA-TIN | province | Tinghir | تنغير | 323805 | 62123 | Tinghir | 31.51666 | -5.52997
08.587 | MA-ZAG | province | Zagora | زاكورة | 285545 | 46619 | Zagora | 30.33241 | -5.8384
09.001 | MA-AGD | prefecture | Agadir-Ida-Ou-Tanane | أكادير-إدا وتنان | 721431 | 197248 | Agadir | 30.43999 | -9.62004
09.163 | MA-CHT | province | Chtouka-Aït Baha | اشتوكة-آيت باها | 493623 | 133727 | Biougra | 30.21339 | -9.36849
09.273 | MA-INE | prefecture | Inezgane-Aït Melloul | إنزكان-آيت ملول | 636916 | 161551 | Inezgane | 30.35535 | -9.53639
09.541 | MA-TAR | province | Taroudannt | تارودانت | 858162 | 209341 | Taroudannt | 30.47028 | -8.87695
09.551 | MA-TAT | province | Tata | طاطا | 111757 | 25530 | Tata | 29.7562 | -7.96836
09.581 | MA-TIZ | province | Tiznit | تيزنيت | 198542 | 57811 | Tiznit | 29.70189 | -9.73376
10.071 | MA-ASZ | province | Assa-Zag | آسا-الزاك | 53298 | 6297 | Assa | 28.60986 | -9.42986
10.261 | MA-GUE | province | Guelmim | كلميم | 196267 | 47250 | Guelmim | 28.98696 | -10.05738
10.473 | MA-SIF | province | Sidi Ifni | سيدي إفني | 104601 | 28539 | Sidi Ifni | 29.37075 | -10.16328
10.521 | MA-TNT | province | Tan-Tan | طانطان | 94519 | 23308 | Tan-Tan | 28.43799 | -11.10321
11.121 | MA-BOD | province | Boujdour | بوجدور | 65381 | 14429 | Boujdour | 26.12955 | -14.4761
11.221 | MA-ESM | province | Es-Semara | السمارة | 73864 | 14128 | Es-Semara | 26.74061 | -11.67677
11.321 | MA-LAA | province | Laâyoune | العيون | 295555 | 73866 | Laâyoune | 27.13658 | -13.19604
11.537 | MA-TAF | province | Tarfaya | طرفاية | 16228 | 4328 | Tarfaya | 27.93823 | -12.92459
12.066 | MA-AOU | province | Aousserd | أوسرد | 24498 | 2421 | Aousserd | 22.70937 | -14.55998
12.391 | MA-OUD | province | Oued Ed-Dahab | وادي الذهب | 195467 | 51740 | Dakhla | 23.68477 | -15.95798
`

export const REGIONS: readonly RegionFact[] = fieldsOfLines(REGION_LINES).map(regionOf)

export const PROVINCES: readonly ProvinceFact[] = fieldsOfLines(PROVINCE_LINES).map(
  ([code = '', iso = '', type, ...rest]) => ({
    ...regionOf([code, iso, ...rest]),
    type: type === 'prefecture' ? type : 'province',
  }),
)

function regionOf(fields: readonly string[]): RegionFact {
  const [code = '', iso = '', nameFr = '', nameAr = '', population, households, seatFr = '', lat, lng] =
    fields
  return {
    code,
    iso,
    nameFr,
    nameAr,
    population: Number(population),
    households: Number(households),
    seatFr,
    seatLat: Number(lat),
    seatLng: Number(lng),
  }
}

function fieldsOfLines(text: string): string[][] {
  return text
    .trim()
    .split('\n')
    .map((line) => line.split(' | '))
}
