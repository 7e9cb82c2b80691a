import { createHash } from "node:crypto"
import { packageText } from "../../sql-file.ts"
import { Html, html, joined } from "./html.ts"

/** By this a page is told from somebody's own file of the same name. */
export const pageMark = '<meta name="generator" content="tidemark">'

const hashOf = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`

export interface Section {
  readonly id: string
  /** What a reader wants to know. */
  readonly title: string
  readonly content: ReadonlyArray<Html>
}

export interface PageDocument {
  readonly title: string
  /** The first words that anybody reads. */
  readonly verdict: string
  /** The verdict's one word, for its style. */
  readonly word: string
  readonly under: Html
  readonly sections: ReadonlyArray<Section>
}

/**
 * One file that needs no other: style and script stand in it, and its policy lets nothing else run and nothing be asked
 * for, whatever the texts in it say.
 */
export const pageDocument = ({ sections, title, under, verdict, word }: PageDocument): string => {
  const style = packageText("report/page/page.css")
  const script = packageText("report/page/page.js")
  const policy = `default-src 'none'; style-src ${hashOf(style)}; script-src ${hashOf(script)}; img-src data:; base-uri 'none'; form-action 'none'`
  const body = sections.map(
    ({ content, id, title }) =>
      html`<section id="${id}" aria-labelledby="${id}-h"><h2 id="${id}-h">${title}</h2>\n${joined(content)}</section>\n`,
  )
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
${new Html(pageMark)}
<link rel="icon" href="data:,">
<title>${title}</title>
<style>${new Html(style)}</style>
</head>
<body>
<header>
<h1 class="verdict ${word.toLowerCase()}">${verdict}</h1>
${under}
<nav aria-label="On this page"><ul>${sections.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`)}</ul></nav>
</header>
<main>
${body}</main>
<script>${new Html(script)}</script>
</body>
</html>
`.text
}
