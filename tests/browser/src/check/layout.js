({ width, leastText }) => {
  // Pixels that rounding may cost.
  const slack = 1;
  // A line's box is higher than its letters: so much of two of them may lie over each other.
  const overlap = (one, other) => Math.min(one.height, other.height) * 0.3;
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
  for (const chart of document.querySelectorAll('svg')) {
    const frame = chart.getBoundingClientRect();
    const texts = [...chart.querySelectorAll('text')]
      .filter(text => text.textContent.trim())
      .map(text => ({ says: text.textContent.trim(), box: text.getBoundingClientRect() }))
      .filter(({ box }) => box.width > 0);
    texts.forEach(({ says, box }, place) => {
      const isInside = box.left >= frame.left - slack && box.right <= frame.right + slack
        && box.top >= frame.top - slack && box.bottom <= frame.bottom + slack;
      if (!isInside) add('text outside its chart', `"${says}"`);
      for (const other of texts.slice(place + 1)) {
        const isOver = box.left < other.box.right - slack && other.box.left < box.right - slack
          && box.top < other.box.bottom - overlap(box, other.box)
          && other.box.top < box.bottom - overlap(box, other.box);
        if (isOver) add('text over another', `"${says}" and "${other.says}"`);
      }
    });
  }
  return findings;
}
