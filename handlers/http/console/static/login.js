/* The link's secret goes from behind the # into the form, and out of the address; it travels on a click alone. */

const secret = location.hash.slice(1)
history.replaceState(null, '', location.pathname)
if (secret) {
  document.getElementById('link').value = secret
  document.getElementById('login').hidden = false
  document.getElementById('ask').hidden = true
}
