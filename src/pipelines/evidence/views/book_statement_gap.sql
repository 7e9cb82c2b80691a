-- about: Where bank statements of an account do not follow one another: a statement, or a page of one, is missing between.
-- book: The book.
-- record_id: The book, the account, its currency and the day after which something is missing, with slashes between.
-- account: The account.
-- currency: Its currency.
-- expected: The closing balance before; NULL where it is not known, or where a page is missing.
-- actual: The opening balance after.
-- is_proven: Whether the balances show it; else only numbers do.
-- detail: What is missing, in a sentence.
WITH page AS (
  SELECT *, coalesce(account, 'no account') AS account_name, row_number() OVER (PARTITION BY book, account, currency, message, statement_id, year(period_from) ORDER BY page, opens_within, period_from) AS nth,
    count(*) OVER (PARTITION BY book, account, currency, message, statement_id, year(period_from)) AS pages
  FROM recon.book_statements
  WHERE replaced_by IS NULL AND place IS NOT NULL AND message = 'camt.053' AND period_from IS NOT NULL
),
-- Pages of one statement, and a whole one is its own page.
statement AS (
  SELECT book, account_name, currency, statement_id, min(period_from) AS period_from, max(period_to) AS period_to,
    arg_min({'amount': opening}, nth).amount AS opening, arg_max({'amount': closing}, nth).amount AS closing,
    arg_min(opens_within, nth) AS lacks_first, arg_max(closes_within OR NOT is_last_page, nth) AS lacks_last, min(sequence) AS sequence
  FROM page
  GROUP BY book, account_name, currency, statement_id, message, CASE WHEN page IS NOT NULL OR opens_within OR closes_within THEN year(period_from)::VARCHAR ELSE concat(import_id, '/', place) END
),
-- The statements that end last before another one begins: where several do, it may follow any of them.
before AS (
  SELECT book, account_name, currency, period_to, min(statement_id) AS statement_id, list(DISTINCT closing) AS closings, list(DISTINCT sequence) AS sequences,
    bool_or(closing IS NULL) AS is_unsure, min(closing) AS closing, max(sequence) AS sequence
  FROM statement GROUP BY book, account_name, currency, period_to
),
following AS (
  SELECT s.*, b.statement_id AS former_id, b.period_to AS former_to, b.closings, b.closing AS former_closing, b.sequence AS former_sequence, b.is_unsure
  FROM statement AS s ASOF JOIN before AS b ON b.book = s.book AND b.account_name = s.account_name AND b.currency = s.currency AND s.period_from > b.period_to
),
between_pages AS (
  SELECT one.book, one.account_name, one.currency, one.statement_id, one.period_to, one.page AS former_page, two.page, one.closing AS former_closing, two.opening
  FROM page AS one JOIN page AS two ON two.book = one.book AND two.account_name = one.account_name AND two.currency = one.currency
    AND two.statement_id = one.statement_id AND two.nth = one.nth + 1 AND year(two.period_from) = year(one.period_from)
  WHERE one.page IS NOT NULL AND two.page IS NOT NULL
),
gap AS (
  SELECT book, account_name, currency, former_to::DATE AS day, former_closing AS expected, opening AS actual,
    NOT is_unsure AND opening IS NOT NULL AND NOT list_contains(closings, opening) AS is_proven,
    concat('statement ', statement_id, ' of ', period_from::DATE, ' does not follow statement ', former_id, ' of ', former_to::DATE,
      CASE WHEN NOT is_unsure AND opening IS NOT NULL AND NOT list_contains(closings, opening)
        THEN concat(': that one closes with ', rtrim(rtrim(former_closing::VARCHAR, '0'), '.'), ' ', currency, ', and this one opens with ', rtrim(rtrim(opening::VARCHAR, '0'), '.')) ELSE '' END,
      CASE WHEN sequence > former_sequence + 1 THEN concat(': the bank numbers them ', former_sequence, ' and ', sequence) ELSE '' END) AS what
  FROM following
  WHERE (NOT is_unsure AND opening IS NOT NULL AND NOT list_contains(closings, opening)) OR sequence > former_sequence + 1
  UNION ALL
  SELECT book, account_name, currency, period_to::DATE, former_closing, opening, former_closing <> opening,
    concat('page ', page, ' of statement ', statement_id, ' does not follow page ', former_page)
  FROM between_pages WHERE page > former_page + 1 OR former_closing <> opening
  UNION ALL
  SELECT book, account_name, currency, period_from::DATE, NULL, opening, TRUE, concat('statement ', statement_id, ' begins with a page within it: its first page is not there')
  FROM statement WHERE lacks_first
  UNION ALL
  SELECT book, account_name, currency, period_to::DATE, closing, NULL, TRUE, concat('statement ', statement_id, ' ends with a page within it: its last page is not there')
  FROM statement WHERE lacks_last
)
SELECT book, concat_ws('/', book, account_name, currency, day) AS record_id, account_name AS account, currency,
  arg_max({'amount': expected}, is_proven).amount AS expected, arg_max({'amount': actual}, is_proven).amount AS actual, bool_or(is_proven) AS is_proven,
  concat('Account ', account_name, ', ', currency, ': ', string_agg(DISTINCT what, '; ' ORDER BY what), '; a statement is missing there') AS detail
FROM gap GROUP BY book, account_name, currency, day
