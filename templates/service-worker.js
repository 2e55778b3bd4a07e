{% load static %}/** The service worker; its parts are modules, and what differs between installations stands here. */

import { start } from "{% static 'js/offline/worker.js' %}";
import "{% static 'js/push/worker.js' %}";

start({
  static: "{{ static_url|escapejs }}",
  shell: [
{% for address in shell %}    "{{ address|escapejs }}",
{% endfor %}  ],
});
