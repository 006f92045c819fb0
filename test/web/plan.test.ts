/** The plan beside the map: a planner imports a list with faults, changes an item, and looks at what is on paper only. */
import { expect, test } from 'vitest'
import { bidiIsolated, localizerOf } from '../../web/src/language/language.js'
import { WORDS } from '../../web/src/plan/words.js'
import { SHOTS, axeViolations } from '../support/browser.js'
import { planList } from '../support/plan-list.js'
import { signIn } from '../support/server.js'
import { webFixture } from '../support/web-fixture.js'

let cookie: string
const web = webFixture({
  prepare: async ({ database, server }) => {
    cookie = await signIn(server, database, 'planner')
  },
})

const open = (query: string, isPlanner = true) => web.openMap(query, { cookie: isPlanner ? cookie : null })

const IN = {
  fr: {
    tab: 'Plan',
    import: 'Importer une liste',
    said: '4 lignes : 1 nouveaux, 0 modifiés, 0 inchangés, 3 refusées',
    confirm: 'Importer 1 élément',
    done: 'Importé : 1 nouveaux, 0 modifiés. 3 refusées.',
    close: 'Fermer',
    name: 'Aït Ali',
    edit: 'Modifier',
    started: 'Travaux commencés le',
    comment: 'Commentaire (pourquoi ?)',
    save: 'Enregistrer',
    saved: 'Enregistré : version 2.',
    works: 'travaux commencés',
    back: 'Retour à la liste',
    paper: 'Couvert sur le papier, pas en fait',
    reasons: ['n’est pas un jour', 'n’est pas une technologie connue', 'manque : une localité'],
    table: 'Les chiffres en tableau',
    overlay: 'Plan',
    order: 'Ordre',
    late: 'En retard',
    signs: ['Planifié', 'Sur le papier, pas en fait'],
    openPlan: 'Ouvrir dans le plan',
    nameField: 'Nom (français)',
    cell: 'Maille:',
  },
  ar: {
    tab: 'المخطط',
    import: 'استيراد لائحة',
    said: '4 أسطر: 1 جديد، 0 معدل، 0 دون تغيير، 3 مرفوض',
    confirm: 'استيراد عنصر واحد',
    done: 'تم الاستيراد: 1 جديد، 0 معدل. 3 مرفوض.',
    close: 'إغلاق',
    name: 'آيت علي',
    edit: 'تعديل',
    started: 'بدأت الأشغال في',
    comment: 'ملاحظة (لماذا؟)',
    save: 'حفظ',
    saved: 'حُفظ: النسخة 2.',
    works: 'بدأت الأشغال',
    back: 'العودة إلى اللائحة',
    paper: 'مغطى على الورق لا في الواقع',
    reasons: ['ليس يوما', 'ليس تكنولوجيا معروفة', 'ناقص: تجمع سكني'],
    table: 'الأرقام في جدول',
    overlay: 'المخطط',
    order: 'الترتيب',
    late: 'متأخر',
    signs: ['مبرمج', 'على الورق لا في الواقع'],
    openPlan: 'فتح في المخطط',
    nameField: 'الاسم (بالعربية)',
    cell: 'خلية:',
  },
} as const

test.each(['fr', 'ar'] as const)(
  'in %s a list with three bad lines is imported, an item changed, the paper-only list and the burn-down are read',
  { timeout: 120_000 },
  async (lang) => {
    const says = IN[lang]
    const { page, faults } = await open(`lang=${lang}`)
    await page.getByRole('button', { name: says.tab, exact: true }).click()
    await page.waitForSelector('.plan-list tbody tr')
    await page.screenshot({ path: `${SHOTS}/plan-${lang}.png` })
    expect(await axeViolations(page)).toEqual([])

    await page.getByRole('button', { name: says.import, exact: true }).click()
    const dialog = page.getByRole('dialog')
    const file = { name: 'liste.csv', mimeType: 'text/csv', buffer: Buffer.from(planList(`NEW-${lang}`)) }
    await dialog.locator('input[type=file]').setInputFiles(file)
    await dialog.getByText(says.said).waitFor()
    const rows = dialog.locator('.refusals tbody tr')
    expect(await rows.locator('td:first-child').allInnerTexts()).toEqual(['3', '4', '5'])
    for (const [i, reason] of says.reasons.entries()) expect(await rows.nth(i).innerText()).toContain(reason)
    expect(await rows.nth(1).innerText()).toContain('6G')
    await page.screenshot({ path: `${SHOTS}/plan-import-${lang}.png` })
    expect(await axeViolations(page)).toEqual([])
    await dialog.getByRole('button', { name: says.confirm, exact: true }).click()
    await dialog.getByText(says.done).waitFor()
    await dialog.getByRole('button', { name: says.close, exact: true }).click()

    await page.locator(`.plan-list tr[data-code="NEW-${lang}-1"] .link`).click()
    await page.getByRole('heading', { name: says.name }).waitFor()
    await expect.poll(() => new URL(page.url()).searchParams.get('v.item')).toBe(`NEW-${lang}-1`)
    await page.getByRole('button', { name: says.edit, exact: true }).click()
    await page.getByLabel(says.started).fill('2026-03-01')
    await page.getByLabel(says.comment).fill('visite sur place')
    await page.screenshot({ path: `${SHOTS}/plan-edit-${lang}.png` })
    expect(await axeViolations(page)).toEqual([])
    await page.getByRole('button', { name: says.save, exact: true }).click()
    await page.getByText(says.saved).waitFor()
    await expect.poll(() => page.locator('.view').innerText()).toContain(says.works)
    expect(await page.locator('.plan-history').first().locator('li').count()).toBe(2)
    expect(await page.locator('.plan-history').first().innerText()).toContain('visite sur place')
    await page.screenshot({ path: `${SHOTS}/plan-item-${lang}.png` })

    await page.getByRole('button', { name: says.back, exact: true }).click()
    await page.getByRole('button', { name: new RegExp(`^${says.paper}`) }).click()
    await expect
      .poll(
        async () =>
          new Set(await page.locator('.plan-list').first().locator('tbody .plan-state').allInnerTexts()).size,
      )
      .toBe(1)
    await expect.poll(() => new URL(page.url()).searchParams.get('v.state')).toBe('contradicted')
    expect(await page.locator('.plan-list').first().locator('tbody tr').count()).toBeGreaterThan(5)
    await page.screenshot({ path: `${SHOTS}/plan-paper-${lang}.png` })
    await page.locator('.burn-down').scrollIntoViewIfNeeded()
    await page.getByText(says.table, { exact: true }).click()
    const cells = await page.locator('.burn-down tbody tr').last().locator('td').allInnerTexts()
    expect(Number(cells[0]!.replace(/\D/g, ''))).toBeGreaterThan(300)
    expect(cells.slice(1)).toEqual(['–', '–', '–'])
    await page.getByText(says.table, { exact: true }).click()
    await page.locator('.burn-down').screenshot({ path: `${SHOTS}/plan-burn-down-${lang}.png` })
    expect(await axeViolations(page)).toEqual([])
    expect(faults).toEqual([])
    await page.close()
  },
)

test('the plan lies on the map when asked for, pages go on, and who is no planner changes nothing', async () => {
  const { page, faults } = await open('lang=fr&with=plan&view=plan&v.sort=state', false)
  await page.waitForSelector('.plan-list tbody tr')
  const shown = () => page.locator('.plan-list').first().locator('tbody tr').count()
  expect(await shown()).toBe(50)
  await page.getByRole('button', { name: 'Afficher la suite' }).click()
  await expect.poll(shown).toBe(100)
  expect(await page.getByRole('button', { name: 'Importer une liste' }).count()).toBe(0)
  await page.locator('.plan-bar select').first().selectOption('orange')
  await expect
    .poll(async () => (await page.locator('.plan-list').first().innerText()).includes('inwi'))
    .toBe(false)
  await page.waitForTimeout(500)
  await page.screenshot({ path: `${SHOTS}/plan-map-fr.png` })
  await page.locator('.plan-areas .link').first().click()
  await expect.poll(() => new URL(page.url()).searchParams.get('area')).toBe('01')
  expect(faults).toEqual([])
  await page.close()
})

test.each(['fr', 'ar'] as const)(
  'in %s an item is picked on the map, told in the panel and the address, opened in the plan, and drawn anew once it is changed',
  { timeout: 120_000 },
  async (lang) => {
    const says = IN[lang]
    const { items } = (await (await fetch(`${web.server.url}/api/v1/plan?state=late&limit=5`)).json()) as {
      items: { code: string; lat: number; lng: number }[]
    }
    const { code, lat, lng } = items[lang === 'fr' ? 0 : 1]!
    const { page, faults } = await open(`lang=${lang}&at=13/${lat}/${lng}&with=plan,zones`)
    const parameter = (name: string) => new URL(page.url()).searchParams.get(name)
    const panel = page.locator('.panel')
    await page.locator('.plan-key').waitFor()
    expect(await page.locator('.plan-key li').count()).toBe(7)
    for (const word of says.signs) expect(await page.locator('.plan-key').innerText()).toContain(word)

    await page.locator('#map').focus()
    await expect
      .poll(
        async () => {
          await page.keyboard.press('Enter')
          return panel
            .locator('h2')
            .getAttribute('data-plan', { timeout: 2_000 })
            .catch(() => null)
        },
        { timeout: 30_000 },
      )
      .toBe(code)
    await expect.poll(() => parameter('plan')).toBe(code)
    expect(await panel.innerText()).toContain(says.late)
    await panel.getByRole('button', { name: says.cell }).waitFor()
    await page.waitForSelector('[data-ready="true"]')
    await page.screenshot({ path: `${SHOTS}/plan-panel-${lang}.png` })
    expect(await axeViolations(page)).toEqual([])
    await page.reload()
    await panel.locator(`h2[data-plan="${code}"]`).waitFor()

    await panel.getByRole('button', { name: says.openPlan }).press('Enter')
    await expect.poll(() => [parameter('view'), parameter('v.item')]).toEqual(['plan', code])
    await page.getByRole('button', { name: says.edit, exact: true }).click()
    await page.getByLabel(says.nameField).fill('Nouveau nom')
    await page.getByLabel(says.comment).fill('nom corrigé')
    await page.getByRole('button', { name: says.save, exact: true }).click()
    await page.getByText(says.saved).waitFor()
    await expect.poll(() => panel.locator('h2').innerText()).toContain('Nouveau nom')
    await page.keyboard.press('Escape')
    const map = (await page.locator('#map').boundingBox())!
    const [x, y] = [map.x + map.width / 2, map.y + map.height / 2]
    await expect
      .poll(async () => {
        await page.mouse.move(x - 60, y)
        await page.mouse.move(x, y)
        return (await page.locator('.under .plan').allInnerTexts()).join()
      })
      .toContain('Nouveau nom')
    await page.screenshot({ path: `${SHOTS}/plan-renamed-${lang}.png` })
    expect(await axeViolations(page)).toEqual([])
    expect(faults).toEqual([])
    await page.close()
  },
)

test.each([
  ['fr', 'Ce que le plan promet ici', 'Dans cette maille seulement', 'promis pour le'],
  ['ar', 'ما يعد به المخطط هنا', 'في هذه الخلية وحدها', 'موعود قبل'],
] as const)(
  'in %s a cell says what the plan promises it, and leads there',
  async (lang, title, oneOf, by) => {
    const list = await (await fetch(`${web.server.url}/api/v1/plan?state=late&limit=1`)).json()
    const [{ code }] = (list as { items: [{ code: string }] }).items
    const { h3 } = (await (await fetch(`${web.server.url}/api/v1/plan/${code}`)).json()) as { h3: string[] }
    const { page, faults } = await open(`lang=${lang}&cell=${h3[0]}`, false)
    const section = page.getByRole('region', { name: title })
    const line = section.locator(`[data-item="${code}"]`)
    await line.waitFor()
    expect(await line.innerText()).toContain(oneOf)
    expect(await line.innerText()).toContain(by)
    expect(await line.innerText()).toContain(IN[lang].late)
    await section.scrollIntoViewIfNeeded()
    await page.screenshot({ path: `${SHOTS}/plan-of-cell-${lang}.png` })
    expect(await axeViolations(page)).toEqual([])
    await line.getByRole('button', { name: IN[lang].openPlan }).press('Enter')
    await expect.poll(() => new URL(page.url()).searchParams.get('v.item')).toBe(code)
    expect(faults).toEqual([])
    await page.close()
  },
)

test('the signs of the plan are told apart without colours', async () => {
  const { page } = await open('lang=fr&with=plan&at=12/33.97/-6.85', false)
  await page.locator('.plan-key').waitFor()
  const paths = await page
    .locator('.plan-key svg path:nth-child(2)')
    .evaluateAll((all) => all.map((path) => path.getAttribute('d')))
  expect(new Set(paths).size).toBe(7)
  await page.evaluate("document.documentElement.style.filter = 'grayscale(1)'")
  await page.waitForTimeout(1_000)
  await page.screenshot({ path: `${SHOTS}/plan-grey-fr.png` })
  await page.close()
})

test.each(['fr', 'ar'] as const)(
  'in %s the place of a new item is taken from the map, by a click or by keys, and Escape gives up',
  async (lang) => {
    const t = localizerOf(lang).translatorOf(WORDS)
    const { page, faults } = await open(`lang=${lang}&view=plan&at=11/33.9/-5.5`)
    await page.getByRole('button', { name: t('create'), exact: true }).click()
    const field = (name: string) => page.locator(`.plan-form input[name=${name}]`)
    const pick = page.getByRole('button', { name: t('pickPlace'), exact: true })
    const hint = page.locator('.take-hint')

    await pick.click()
    await page.locator('.plan-place [role=status]', { hasText: t('picking') }).waitFor()
    await hint.waitFor()
    expect(await axeViolations(page)).toEqual([])
    await page.screenshot({ path: `${SHOTS}/plan-picking-${lang}.png` })
    await page.keyboard.press('Escape')
    await hint.waitFor({ state: 'detached' })
    expect(await field('lat').inputValue()).toBe('')
    await expect.poll(() => pick.evaluate((button) => button.matches(':focus'))).toBe(true)

    // Enter takes the middle of the map.
    await pick.press('Enter')
    await hint.waitFor()
    await page.keyboard.press('Enter')
    await expect.poll(async () => Number(await field('lat').inputValue())).toBeCloseTo(33.9, 3)
    expect(Number(await field('lng').inputValue())).toBeCloseTo(-5.5, 3)

    // A click takes what is under it, and chooses nothing.
    const map = (await page.locator('#map').boundingBox())!
    await pick.click()
    await hint.waitFor()
    await page.mouse.click(map.x + map.width / 2 + 80, map.y + map.height / 2 - 60)
    await expect.poll(async () => Number(await field('lng').inputValue())).toBeGreaterThan(-5.46)
    expect(Number(await field('lat').inputValue())).toBeGreaterThan(33.91)
    expect(await page.locator('.panel').count()).toBe(0)
    const taken = `${await field('lat').inputValue()}, ${await field('lng').inputValue()}`
    expect(await page.locator('.plan-place [role=status]').innerText()).toContain(taken)
    await page.screenshot({ path: `${SHOTS}/plan-picked-${lang}.png` })

    await field('code').fill(`PICK-${lang}`)
    await page.getByLabel(t('nameFr')).fill('Aït Carte')
    await page.getByLabel(t('comment')).fill('pris sur la carte')
    await page.getByRole('button', { name: t('save'), exact: true }).click()
    await page.getByRole('heading', { name: 'Aït Carte' }).waitFor()
    // The form has gone, the focus stays in the view.
    await expect.poll(() => page.evaluate("document.activeElement.closest('.view') !== null")).toBe(true)
    const made = (await (await fetch(`${web.server.url}/api/v1/plan/PICK-${lang}`)).json()) as {
      standing: { lat: number; lng: number }
    }
    expect([made.standing.lat, made.standing.lng]).toEqual(taken.split(', ').map(Number))

    // An item that is there already can be moved; what is not moved is not said.
    await page.getByRole('button', { name: t('edit'), exact: true }).click()
    expect(await field('lat').inputValue()).toBe(String(made.standing.lat))
    await page.getByLabel(t('nameFr')).fill('Aït Carte bis')
    await page.getByLabel(t('comment')).fill('nom')
    const [sent] = await Promise.all([
      page.waitForRequest((request) => request.method() === 'PUT'),
      page.getByRole('button', { name: t('save'), exact: true }).click(),
    ])
    expect(sent.postDataJSON()).toEqual({ version: 1, comment: 'nom', nameFr: 'Aït Carte bis' })
    expect(faults).toEqual([])
    await page.close()
  },
)

test.each(['fr', 'ar'] as const)(
  'in %s what is refused of a file, of an item and of an ended session is said in its words',
  async (lang) => {
    const words = localizerOf(lang)
    const says = words.translatorOf(WORDS)
    const { page } = await open(`lang=${lang}&view=plan&at=11/33.9/-5.5`)
    await page.getByRole('button', { name: says('import'), exact: true }).click()
    const dialog = page.getByRole('dialog')
    const file = { name: 'liste.csv', mimeType: 'text/csv', buffer: Buffer.from('ville,debit\nRabat,4\n') }
    await dialog.locator('input[type=file]').setInputFiles(file)
    const named = { wanted: '“code”', line: '1', there: 'ville, debit' }
    const fields = Object.fromEntries(
      Object.entries(named).map(([name, value]) => [name, bidiIsolated(value)]),
    )
    await expect
      .poll(() => dialog.locator('.problem').innerText())
      .toBe(words.t('problem_file_columns', fields))
    await page.screenshot({ path: `${SHOTS}/plan-refused-file-${lang}.png` })
    await dialog.getByRole('button', { name: says('close'), exact: true }).click()

    await page.getByRole('button', { name: says('create'), exact: true }).click()
    const form = page.locator('.plan-form')
    for (const [name, value] of [
      ['code', `FAULT-${lang}`],
      ['lat', '33.9'],
      ['lng', '-5.5'],
      ['nameFr', 'Aït Demain'],
      ['inServiceOn', '2099-01-01'],
    ] as const)
      await form.locator(`input[name=${name}]`).fill(value)
    await page.getByLabel(says('comment')).fill('essai')
    await page.getByRole('button', { name: says('save'), exact: true }).click()
    const problem = form.locator('.problem')
    await expect.poll(() => problem.innerText()).toContain(`${says('inServiceOn')}: ${says('reason_future')}`)
    expect(await problem.innerText()).toContain(`${says('operator')}: ${says('reason_network')}`)
    await problem.scrollIntoViewIfNeeded()
    await page.screenshot({ path: `${SHOTS}/plan-refused-${lang}.png` })

    await page.context().clearCookies()
    await page.getByRole('button', { name: says('save'), exact: true }).click()
    await expect.poll(() => problem.innerText()).toBe(words.t('problem_sign_in_first'))
    await page.close()
  },
)
