(() => {
  const last = select => select.options[select.options.length - 1]?.value ?? '';
  const asked = form => {
    const data = new FormData(form);
    for (const select of form.querySelectorAll('select[name]')) data.set(select.name, last(select));
    const url = new URL(form.action);
    url.search = new URLSearchParams(data).toString();
    return url;
  };
  const forms = [...document.forms].filter(form => form.method === 'get').map(asked);
  const links = [...document.querySelectorAll('a[href]')].map(link => new URL(link.href));
  const own = [...links, ...forms].filter(url => url.origin === location.origin);
  return [...new Set(own.map(url => url.pathname + url.search))];
})()
