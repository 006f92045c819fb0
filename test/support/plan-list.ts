/** A planner's list of four lines: one new item, an invalid date, an unknown technology, no place. */
export const planList = (
  code: string,
) => `code,nom,nom_ar,lat,lng,operateur,technologie,debit cible (Mbit/s),attribution,echeance,mise en service
${code}-1,Aït Ali,آيت علي,33.9,-5.5,IAM,4G,4,01/02/2026,30/06/2028,
${code}-2,Mauvaise date,,33.9,-5.5,IAM,4G,4,,31/02/2027,
${code}-3,Techno,,33.9,-5.5,IAM,6G,4,,,
${code}-4,Sans lieu,,,,IAM,4G,4,,,
`
