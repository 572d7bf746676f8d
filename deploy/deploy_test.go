// Package deploy tests the examples of how lsyncgo is deployed, as far as that needs neither containers nor the network.
package deploy

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

func content(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// exists fails if a path that file names is not there; paths are relative to base.
func exists(t *testing.T, file, base, path string) {
	t.Helper()
	if _, err := os.Stat(filepath.Join(base, path)); err != nil {
		t.Errorf("%s names what is not there: %v", file, err)
	}
}

func parsed[T any](t *testing.T, path string) (v T) {
	t.Helper()
	d := yaml.NewDecoder(bytes.NewReader([]byte(content(t, path))))
	if err := d.Decode(&v); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return v
}

func TestContainerfile(t *testing.T) {
	const file = "container/Containerfile"
	text := content(t, file)
	for _, m := range regexp.MustCompile(`(?m)^COPY (.*) \S+$`).FindAllStringSubmatch(text, -1) {
		for _, path := range strings.Fields(m[1]) {
			if path != "--from=build" && path != "/lsyncgo" {
				exists(t, file, "..", path)
			}
		}
	}
	for _, want := range []string{"rsync openssh-client", "STOPSIGNAL SIGTERM", `ENTRYPOINT ["lsyncgo", "-nodaemon", "/etc/lsyncd/lsyncd.conf.lua"]`,
		"COPY deploy/container/lsyncd.conf.lua /etc/lsyncd/lsyncd.conf.lua", "./cmd/lsyncgo"} {
		if !strings.Contains(text, want) {
			t.Errorf("%s has no %s", file, want)
		}
	}
	goVersion := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindStringSubmatch(content(t, "../go.mod"))[1]
	if !strings.Contains(text, "golang:"+goVersion+"-") {
		t.Errorf("%s does not build with Go %s, which go.mod asks for", file, goVersion)
	}
}

type compose struct {
	Services map[string]struct {
		Build struct{ Context, Dockerfile string }
		// Volumes are NAME:PATH[:ro].
		Volumes []string
	}
	Volumes map[string]any
}

func TestCompose(t *testing.T) {
	const file = "container/compose.yaml"
	c := parsed[compose](t, file)
	build := c.Services["lsyncgo"].Build
	exists(t, file, filepath.Join("container", build.Context), build.Dockerfile)
	config := content(t, "container/lsyncd.conf.lua")
	for name, s := range c.Services {
		for _, volume := range s.Volumes {
			parts := strings.Split(volume, ":")
			if _, ok := c.Volumes[parts[0]]; !ok {
				t.Errorf("%s: %s has the volume %s, which there is not", file, name, parts[0])
			}
			if name == "lsyncgo" && !strings.Contains(config, `"`+parts[1]+`"`) {
				t.Errorf("%s: the config knows no %s", file, parts[1])
			}
		}
	}
}

type container struct {
	Name          string
	RestartPolicy string `yaml:"restartPolicy"`
	Env           []struct{ Name, Value string }
	VolumeMounts  []struct {
		Name      string
		MountPath string `yaml:"mountPath"`
	} `yaml:"volumeMounts"`
}

type pod struct {
	Kind string
	Spec struct {
		InitContainers []container `yaml:"initContainers"`
		Containers     []container
		Volumes        []struct{ Name string }
	}
}

func TestSidecar(t *testing.T) {
	const file = "container/sidecar.yaml"
	p := parsed[pod](t, file)
	if p.Kind != "Pod" || len(p.Spec.InitContainers) != 1 || len(p.Spec.Volumes) != 1 {
		t.Fatalf("%s: %+v", file, p)
	}
	side := p.Spec.InitContainers[0]
	config := content(t, "container/lsyncd.conf.lua")
	if side.RestartPolicy != "Always" || len(side.Env) != 1 || !strings.Contains(config, `os.getenv("`+side.Env[0].Name+`")`) {
		t.Errorf("%s: %+v is no sidecar with an environment that the config reads", file, side)
	}
	for _, c := range append(p.Spec.Containers, side) {
		if len(c.VolumeMounts) != 1 || c.VolumeMounts[0].Name != p.Spec.Volumes[0].Name {
			t.Errorf("%s: %s does not mount the volume", file, c.Name)
		}
	}
	if !strings.Contains(config, `"`+side.VolumeMounts[0].MountPath+`"`) {
		t.Errorf("%s: the config knows no %s", file, side.VolumeMounts[0].MountPath)
	}
}

type play struct {
	Vars     map[string]string
	Tasks    []map[string]any
	Handlers []map[string]any
}

// config is the template of the playbook with its variables put in.
func (p play) config(t *testing.T, template string) string {
	t.Helper()
	return regexp.MustCompile(`\{\{ (\w+) \}\}`).ReplaceAllStringFunc(content(t, template), func(s string) string {
		value, ok := p.Vars[strings.Trim(s, "{ }")]
		if !ok {
			t.Errorf("%s: no variable %s", template, s)
		}
		return value
	})
}

// Every config passes check, with each environment that is meant.
func TestConfigs(t *testing.T) {
	dir := t.TempDir()
	binary := filepath.Join(dir, "lsyncgo")
	if out, err := exec.Command("go", "build", "-race", "-o", binary, "lsyncgo/cmd/lsyncgo").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	const file = "ansible/playbook.yaml"
	plays := parsed[[]play](t, file)
	if len(plays) != 1 {
		t.Fatalf("%s: %d plays", file, len(plays))
	}
	handlers := map[any]bool{}
	for _, h := range plays[0].Handlers {
		handlers[h["name"]] = true
	}
	var template string
	for _, task := range plays[0].Tasks {
		if n, ok := task["notify"]; ok && !handlers[n] {
			t.Errorf("%s: no handler %v", file, n)
		}
		if m, ok := task["ansible.builtin.template"].(map[string]any); ok {
			template = filepath.Join("ansible", m["src"].(string))
		}
	}
	for name, c := range map[string]struct{ text, env string }{
		"ansible":   {plays[0].config(t, template), ""},
		"container": {content(t, "container/lsyncd.conf.lua"), ""},
		"sidecar":   {content(t, "container/lsyncd.conf.lua"), "LSYNCGO_TARGET=rsync://backup.example.org/app"},
	} {
		source := filepath.Join(dir, name)
		path := source + ".lua"
		text := regexp.MustCompile(`source = "[^"]*"`).ReplaceAllString(c.text, `source = "`+source+`"`)
		text = strings.ReplaceAll(text, `"/target"`, `"`+source+`-target"`)
		if err := errors.Join(os.Mkdir(source, 0o755), os.Mkdir(source+"-target", 0o755), os.WriteFile(path, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(binary, "check", path)
		cmd.Env = append(os.Environ(), c.env)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
}

func TestPlist(t *testing.T) {
	const file = "launchd/lsyncgo.plist"
	d := xml.NewDecoder(strings.NewReader(content(t, file)))
	var texts []string
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		if s, ok := token.(xml.CharData); ok && strings.TrimSpace(string(s)) != "" {
			texts = append(texts, string(s))
		}
	}
	if got := strings.Join(texts, " "); !strings.HasPrefix(got, "Label lsyncgo ProgramArguments /usr/local/bin/lsyncgo -nodaemon /usr/local/etc/lsyncd.conf.lua RunAtLoad KeepAlive ") {
		t.Errorf("%s: %s", file, got)
	}
}
