(() => {
  const asked = (form, change) => {
    const data = new FormData(form);
    change(data);
    const url = new URL(form.action);
    url.search = new URLSearchParams(data).toString();
    return url;
  };
  const last = select => select.options[select.options.length - 1]?.value ?? '';
  const forms = [...document.forms].filter(form => form.method === 'get').flatMap(form => [
    asked(form, () => {}),
    asked(form, data => {
      for (const select of form.querySelectorAll('select[name]')) data.set(select.name, last(select));
    }),
  ]);
  const links = [...document.querySelectorAll('a[href]')].map(link => new URL(link.href));
  const own = [...links, ...forms].filter(url => url.origin === location.origin);
  return [...new Set(own.map(url => url.pathname + url.search))];
})()
