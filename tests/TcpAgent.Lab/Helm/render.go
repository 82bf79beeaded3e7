// Renders a chart as "helm template RELEASE CHART -n NAMESPACE -f VALUES..." does, with the libraries that Helm 3 is made of: Go's
// text/template, sprig, ghodss/yaml and gojsonschema. A stand-in where Helm cannot be installed; it knows what the chart of deploy/helm uses,
// and refuses a value or a function that it does not know.
//
//	GO111MODULE=off GOPATH=/usr/share/gocode go run render.go RELEASE NAMESPACE CHART [VALUES...]
package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig"
	"github.com/ghodss/yaml"
	"github.com/xeipuuv/gojsonschema"
)

type values = map[string]interface{}

type files struct{ folder string }

func (f files) Get(name string) string { return string(read(filepath.Join(f.folder, name))) }

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "Error:", err)
		os.Exit(1)
	}
}

func read(path string) []byte {
	text, err := os.ReadFile(path)
	check(err)
	return text
}

func load(path string) values {
	v := values{}
	check(yaml.Unmarshal(read(path), &v))
	return v
}

// As Helm does: maps are merged, everything else is replaced, and null removes a key.
func merge(base, over values) values {
	for key, value := range over {
		inner, ok := value.(values)
		if own, was := base[key].(values); ok && was {
			base[key] = merge(own, inner)
		} else if value == nil {
			delete(base, key)
		} else {
			base[key] = value
		}
	}
	return base
}

func toYaml(v interface{}) string {
	text, err := yaml.Marshal(v)
	check(err)
	return strings.TrimSuffix(string(text), "\n")
}

func main() {
	release, namespace, chart := os.Args[1], os.Args[2], os.Args[3]
	v := load(filepath.Join(chart, "values.yaml"))
	for _, file := range os.Args[4:] {
		v = merge(v, load(file))
	}
	result, err := gojsonschema.Validate(
		gojsonschema.NewBytesLoader(read(filepath.Join(chart, "values.schema.json"))), gojsonschema.NewGoLoader(v))
	check(err)
	if !result.Valid() {
		check(fmt.Errorf("values do not meet the schema: %v", result.Errors()))
	}

	about := load(filepath.Join(chart, "Chart.yaml"))
	top := values{
		"Values":  v,
		"Release": values{"Name": release, "Namespace": namespace, "Service": "Helm"},
		"Chart":   values{"Name": about["name"], "Version": about["version"], "AppVersion": about["appVersion"]},
		"Files":   files{chart},
	}

	t := template.New("chart").Option("missingkey=zero")
	functions := sprig.TxtFuncMap()
	delete(functions, "env")
	delete(functions, "expandenv")
	functions["toYaml"] = toYaml
	functions["include"] = func(name string, data interface{}) (string, error) {
		var out bytes.Buffer
		err := t.ExecuteTemplate(&out, name, data)
		return out.String(), err
	}
	t.Funcs(functions)
	paths, err := filepath.Glob(filepath.Join(chart, "templates", "*"))
	check(err)
	sort.Strings(paths)
	for _, path := range paths {
		template.Must(t.New(filepath.Base(path)).Parse(string(read(path))))
	}
	for _, path := range paths {
		name := filepath.Base(path)
		if strings.HasPrefix(name, "_") {
			continue
		}
		var out bytes.Buffer
		check(t.ExecuteTemplate(&out, name, top))
		text := strings.TrimSpace(out.String())
		if text == "" || name == "NOTES.txt" {
			continue
		}
		// Helm refuses what is not YAML, too.
		_, err := yaml.YAMLToJSONStrict([]byte(text))
		check(err)
		fmt.Printf("---\n# Source: %s/templates/%s\n%s\n", about["name"], name, text)
	}
}
