({ width, leastText }) => {
  const findings = [];
  const add = (rule, what) => findings.push([rule, what]);
  const name = element => {
    const id = element.id ? `#${element.id}` : '';
    return element.localName + id + [...element.classList].map(part => `.${part}`).join('');
  };

  if (document.scripts.length > 0) add('script', name(document.scripts[0]));

  const pageWidth = document.documentElement.scrollWidth;
  if (pageWidth > width) {
    const wide = [...document.body.querySelectorAll('*')]
      .filter(element => element.getBoundingClientRect().right > width + 0.5);
    add('wider than the screen', `${pageWidth} px: ${wide.slice(0, 3).map(name).join(', ')}`);
  }

  for (const chart of document.querySelectorAll('svg[role=img]')) {
    const label = chart.getAttribute('aria-label') ?? chart.querySelector('title')?.textContent;
    if (!label?.trim()) add('chart without a label', name(chart));
    const small = [...chart.querySelectorAll('text')].filter(text => {
      const { a, b } = text.getScreenCTM();
      return parseFloat(getComputedStyle(text).fontSize) * Math.hypot(a, b) < leastText;
    });
    if (small.length > 0) {
      add('small text', `${small.length} in "${label}", such as "${small[0].textContent}"`);
    }
  }
  return findings;
}
