(() => {
  const CONTROLS = 'a[href], button, input, select, textarea, summary, [tabindex], area[href]';
  const name = element => {
    const text = element.getAttribute('aria-label') ?? element.textContent;
    const id = element.id ? `#${element.id}` : '';
    return `${element.localName}${id} "${text.trim().replace(/\s+/g, ' ').slice(0, 40)}"`;
  };
  const isControl = element => element.matches(CONTROLS) && !element.disabled
    && element.tabIndex >= 0 && element.checkVisibility({ visibilityProperty: true });
  const overflows = (style, size, room) => /auto|scroll/.test(style) && size > room;
  // The browser lets a region be scrolled by keys if there is nothing in it that takes them.
  const isRegion = element => {
    const { overflowX, overflowY } = getComputedStyle(element);
    return (overflows(overflowX, element.scrollWidth, element.clientWidth)
        || overflows(overflowY, element.scrollHeight, element.clientHeight))
      && ![...element.querySelectorAll(CONTROLS)].some(isControl);
  };
  const usable = [...document.body.querySelectorAll('*')]
    .filter(element => isControl(element) || isRegion(element));

  const isSeen = element => {
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
    const { left, right, bottom, width, height } = element.getBoundingClientRect();
    const isMarked = (outlineStyle !== 'none' && parseFloat(outlineWidth) > 0)
      || boxShadow !== 'none';
    const isOnPage = width > 1 && height > 1 && left < innerWidth && right > 0
      && bottom + scrollY > 0;
    return isMarked && isOnPage;
  };
  const stops = [];
  document.addEventListener('focusin', ({ target }) => {
    const place = usable.indexOf(target);
    stops.push({
      place: place < 0 ? null : place, name: name(target), is_visible: isSeen(target),
    });
  });

  const target = () => document.getElementById(decodeURIComponent(location.hash.slice(1)));
  globalThis.keyboard = {
    stops,
    begin() {
      document.activeElement.blur();
      stops.length = 0;
      usable[0]?.focus();
    },
    isOnSkipLink: () => document.activeElement === usable[0]
      && usable[0]?.getAttribute('href')?.startsWith('#') === true,
    // What is wrong once the link was taken and Tab was pressed; null if nothing is.
    afterSkip() {
      if (!target()) return `leads to no element: "${location.hash}"`;
      const isAfter = element => target().contains(element)
        || (target().compareDocumentPosition(element) & Node.DOCUMENT_POSITION_FOLLOWING);
      const next = usable.find(isAfter);
      const reached = document.activeElement;
      return !next || next === reached ? null
        : `is followed by ${name(reached)} instead of ${name(next)}`;
    },
  };
  return usable.map(name);
})()
