import React from 'react';

import type CallmeshPluginClass from './CallmeshPlugin';

interface Added {
  element: React.ReactElement;
  options?: { if?: (props: object) => boolean };
}

function flex() {
  const slots: Record<string, Added[]> = { crm: [], tabs: [], supervisor: [] };
  const content = (slot: string) => ({
    add: (element: React.ReactElement, options?: Added['options']) => slots[slot].push({ element, options }),
    replace: (element: React.ReactElement) => slots[slot].push({ element }),
  });
  return {
    slots,
    CRMContainer: { Content: content('crm') },
    TaskCanvasTabs: { Content: content('tabs') },
    Supervisor: { TaskCanvasTabs: { Content: content('supervisor') } },
    Tab: () => null,
    withTaskContext: <T,>(component: T) => component,
  };
}

const BUILD = [
  '__FPB_PLUGIN_UNIQUE_NAME',
  '__FPB_PLUGIN_VERSION',
  '__FPB_FLEX_PLUGIN_SCRIPTS_VERSION',
  '__FPB_FLEX_PLUGIN_VERSION',
  '__FPB_FLEX_UI_VERSION',
  '__FPB_REACT_VERSION',
  '__FPB_REACT_DOM_VERSION',
];

function init(callmesh: object): Record<string, Added[]> {
  BUILD.forEach((name) => Object.assign(global, { [name]: 'test' }));
  jest.spyOn(console, 'log').mockImplementation(() => undefined);
  const Plugin = jest.requireActual('./CallmeshPlugin').default as typeof CallmeshPluginClass;
  const host = flex();
  const manager = { user: { token: 't' }, configuration: {}, serviceConfiguration: { ui_attributes: { callmesh } } };
  new Plugin().init(host as never, manager as never);
  return host.slots;
}

test('is beside the task, and in a tab for supervisors', () => {
  const { crm, tabs, supervisor } = init({ url: 'https://mesh.example.com' });
  expect(crm).toHaveLength(1);
  expect(crm[0].element.key).toBe('callmesh-handoff');
  expect(crm[0].element.props.settings.url).toBe('https://mesh.example.com');
  expect(crm[0].element.props.handoffs).toBeDefined();
  expect(tabs).toEqual([]);
  expect(supervisor).toHaveLength(1);
  const inTab = supervisor[0].element.props.children;
  expect(inTab.type({ task: { attributes: {} } }).props).toMatchObject({ supervised: true, task: {} });
  expect(crm[0].element.props.supervised).toBeUndefined();
});

test('leaves the place beside the task to others when it is told to be a tab', () => {
  const { crm, tabs } = init({ url: 'https://mesh.example.com', placement: 'tab' });
  expect(crm).toEqual([]);
  const { element, options } = tabs[0];
  expect(element.props).toMatchObject({ uniqueName: 'callmesh-handoff', label: 'Handoff' });
  expect(options?.if?.({ task: { attributes: { callmesh: {} } } })).toBe(true);
  expect(options?.if?.({ task: { attributes: {} } })).toBe(false);
});

test('asks nobody without a URL', () => {
  expect(init({}).crm[0].element.props.handoffs).toBeUndefined();
});
