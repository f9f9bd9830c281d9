import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { analysisHtml } from '../../src/report/analysis-html.ts';
import { ANALYSES } from './analyses.ts';

const BROWSER = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
  existsSync(path),
);

// A browser is no dependency of the project: where none is installed, nobody can look.
describe.skipIf(BROWSER === undefined)('the page, opened from disk in a browser', () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-page-'));
  let browser: Browser;

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: BROWSER!, args: ['--no-sandbox'] });
  }, 30_000);

  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true });
  });

  /** Opens the page of an analysis. Requests for anything but the file, and errors, go to the list. */
  async function open(name: string): Promise<{ page: Page; wrong: string[] }> {
    const file = join(folder, 'page.html');
    writeFileSync(file, analysisHtml(ANALYSES[name]!));
    const page = await browser.newPage();
    const wrong: string[] = [];
    page.on('request', (request) => {
      if (request.url() !== pathToFileURL(file).href) wrong.push(request.url());
    });
    page.on('pageerror', (error) => wrong.push(error.message));
    page.on('console', (message) => wrong.push(message.text()));
    await page.goto(pathToFileURL(file).href);
    return { page, wrong };
  }

  it.each(Object.keys(ANALYSES))('asks for nothing and has no errors: %s', async (name) => {
    const { page, wrong } = await open(name);
    expect(await page.title()).toContain('holdfast');
    expect(wrong).toEqual([]);
    await page.close();
  });

  it('draws the execution', async () => {
    const { page } = await open('shown');
    expect(await page.locator('svg .box').count()).toBe(4);
    expect(await page.locator('svg .edge.cycle').count()).toBe(4);
    expect(await page.locator('svg text.missing').allTextContents()).toEqual(['not ordered', 'not ordered']);
    const box = await page.locator('svg').boundingBox();
    for (const text of await page.locator('svg text').all()) {
      const inside = await text.boundingBox();
      expect(inside!.x).toBeGreaterThanOrEqual(box!.x - 1);
      expect(inside!.x + inside!.width).toBeLessThanOrEqual(box!.x + box!.width + 1);
    }
    expect(await page.locator('dl').textContent()).toContain('P0 does not order WRITE_ONCE(*x, 1) (line 8)');
    await page.close();
  });

  it('shows folded steps on demand', async () => {
    const { page } = await open('shown, a race');
    const folded = page.locator('tr.folded');
    expect(await folded.first().isVisible()).toBe(false);
    await page.locator('button[data-fold]').click();
    expect(await folded.first().isVisible()).toBe(true);
    expect(await page.locator('button[data-fold]').getAttribute('aria-expanded')).toBe('true');
    await page.close();
  });

  it('shows what a step reads from when the pointer is on it', async () => {
    const { page } = await open('shown, four threads');
    const reader = page.locator('tr[data-with]').first();
    const source = page.locator(`[id="${await reader.getAttribute('data-with')}"]`);
    expect(await source.getAttribute('class')).not.toBe('on');
    await reader.hover();
    expect(await source.getAttribute('class')).toBe('on');
    await page.close();
  });
});
