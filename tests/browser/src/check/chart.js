(() => {
  const number = element => Number(element.dataset.value);
  const all = (root, selector) => [...root.querySelectorAll(selector)];

  // Of a place in the chart's own coordinates, the pixels on the screen.
  const onScreen = (element, x, y) => new DOMPoint(x, y).matrixTransform(element.getScreenCTM());
  const along = axis => point => (axis === 'x' ? point.x : point.y);

  const vertices = element => {
    const numbers = element.getAttribute('points').match(/[-\d.]+/g)?.map(Number) ?? [];
    return Array.from({ length: Math.floor(numbers.length / 2) }, (_, at) =>
      onScreen(element, numbers[2 * at], numbers[2 * at + 1]));
  };
  // How high each column of a band reaches. They are all drawn as Mx,bottomVtopHxVbottom.
  const tops = band => [...band.getAttribute('d').matchAll(/M[^V]*V([-\d.]+)/g)]
    .map(([, top]) => onScreen(band, 0, Number(top)).y);

  const mark = (element, axis, bands, zero) => {
    const { series, order } = element.dataset;
    const common = { series, inTableOrder: order === 'table' };
    switch (element.localName) {
      case 'circle': {
        const place = onScreen(element, element.cx.baseVal.value, element.cy.baseVal.value);
        return { ...common, kind: 'dots', pixels: [along(axis)(place)] };
      }
      case 'polyline':
        return { ...common, kind: 'line', pixels: vertices(element).map(along(axis)) };
      case 'path': {
        // The next one is painted over the foot of this one.
        const next = bands[bands.indexOf(element) + 1];
        const feet = next ? tops(next) : [];
        return {
          ...common, kind: 'band', pixels: tops(element).map((top, at) => (feet[at] ?? zero) - top),
        };
      }
      default:
        return { ...common, kind: element.localName, pixels: [] };
    }
  };

  const tableOf = chart => {
    const named = document.getElementById(chart.getAttribute('aria-describedby'));
    const inside = element => (element?.matches('table') ? element : element?.querySelector('table'));
    if (named) return inside(named);
    for (let near = chart.parentElement; near; near = near.parentElement) {
      if (near.matches('figure, article, section, .card') && inside(near)) return inside(near);
    }
    return null;
  };

  // The cells of each drawn column. A cell counts for as many columns as it spans.
  const columns = table => {
    const place = cell => [...cell.parentElement.cells].slice(0, cell.cellIndex)
      .reduce((sum, before) => sum + before.colSpan, 0);
    const cells = all(table, 'td[data-value]').map(cell => ({
      place: place(cell), at: cell.closest('tr').dataset.at ?? '', value: cell.dataset.value,
      text: cell.textContent.trim(),
    }));
    return all(table, 'th[data-series]').map(head => ({
      series: head.dataset.series,
      sum: head.dataset.sum ?? null,
      cells: cells.filter(cell => cell.place === place(head)),
    }));
  };

  return all(document, 'svg[role=img]').map(chart => {
    const grid = all(chart, '[data-axis]');
    const axis = grid[0]?.dataset.axis ?? 'y';
    const middle = element => {
      const { left, right, top, bottom } = element.getBoundingClientRect();
      return axis === 'x' ? (left + right) / 2 : (top + bottom) / 2;
    };
    const lines = grid.map(pair => {
      const text = pair.querySelector('text');
      return {
        value: Number(pair.dataset.value), pixels: middle(pair.querySelector('line')),
        label: text.textContent, labelPixels: middle(text),
      };
    });
    const table = tableOf(chart);
    const zero = lines.find(line => line.value === 0)?.pixels;
    const bands = all(chart, 'path[data-series]');
    return {
      label: chart.getAttribute('aria-label') ?? '',
      api: chart.dataset.api ?? null,
      hasTable: table !== null,
      lines,
      columns: table ? columns(table) : [],
      marks: all(chart, '[data-series]').map(element => mark(element, axis, bands, zero)),
    };
  });
})()
