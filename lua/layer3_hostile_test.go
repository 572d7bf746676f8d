package lua_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"lsyncgo/engine/event"
	"lsyncgo/lua/problem"
)

// hostileCommands are commands as configs have them, and as somebody could have them. Those without a danger have to work
// with every file name; the others have to be refused, with the danger named.
var hostileCommands = []struct{ text, danger string }{
	// Plain use.
	{`cp -p -- ^sourcePathname ^targetPathname`, ""},
	{`cp ^path /srv/sh`, ""},
	{`cp -r /etc/ssh ^targetPathname`, ""},
	{`cp /bin/sh ^targetPathname`, ""},
	{`echo "^path" >&2; log ^path`, ""},
	{`log 'a ^path b' "c ^path d" e^path"f"`, ""},
	{`log ssh host rm ^path`, ""},
	{`log sh -x ^path`, ""},
	{`log eval ^path`, ""},
	{`gzip -c ^sourcePathname >/dev/null; log ^path`, ""},
	{`grep -e ^path /dev/null; log ^path`, ""},
	{`if [ -f ^sourcePathname ]; then log yes ^path; else log no ^path; fi`, ""},
	{`[ ^path = x ] || log ^path`, ""},
	{`test -n ^path && log ^path`, ""},
	{`case ^path in *.tmp) ;; *) log ^path ;; esac`, ""},
	{`case x in ^path) log never ;; *) log ^path ;; esac`, ""},
	{`for i in 1 2; do log $i ^path; done`, ""},
	{`for f in ^path ^pathname; do log "$f"; done`, ""},
	{`while :; do log ^path; break; done`, ""},
	{`until log ^path; do :; done`, ""},
	{`(log ^path) & wait`, ""},
	{`{ log ^path; } 2>/dev/null`, ""},
	{`! log ^path`, ""},
	{`log ^path # it's a "comment" with ^path`, ""},
	{"# it's\nlog ^path", ""},
	{"log a \\\n ^path", ""},
	{`log ~^path \~ ^path`, ""},
	{`log [^path] {a,^path}`, ""},
	// Substitutions.
	{`log "$(printf '%s' ^path)"`, ""},
	{`log "$(printf '%s' "^path")"`, ""},
	{`log "$(case ^path in x) echo a;; *) printf '%s' ^path;; esac)"`, ""},
	{`log "$(case "^path" in (x) echo a;; (*) printf '%s' "^path";; esac)"`, ""},
	{"log \"`printf '%s' ^path`\"", ""},
	{"log `printf '%s' x` ^path", ""},
	{`log "$(basename -- ^sourcePathname)"`, ""},
	{`log "a$(log "b$(log "^path")")"`, ""},
	{`log "${x:-^path}" ${y:-^path}`, ""},
	{`x=^path; log "${x#^pathdir}" ^path`, ""},
	{`x=^path; log ${x%^path}z ^path`, ""},
	{`log "${x:+^path}" ^path`, ""},
	{`: "${x:=^path}"; log "$x"`, ""},
	{`size=$(stat -c %s ^sourcePathname); log $((size / 1024)) ^path`, ""},
	{`n=$(printf %s ^path | wc -c); log $((n + 1)) ^path`, ""},
	{`log $((1 + 2)) ^path`, ""},
	// Here-documents, here-strings.
	{"cat <<EOF >out\nname: ^path\nEOF\nlog \"$(sed 's/^name: //' out)\" ^path", ""},
	{"cat <<-EOF >out\n\tname: ^path\n\tEOF\nlog ^path", ""},
	{"cat <<'EOF' >out\nit's $x\nEOF\nlog ^path", ""},
	{"cat <<A <<B >out\n^path\nA\n^path\nB\nlog ^path", ""},
	{"log \"$(cat <<EOF\n^path\nEOF\n)\"", ""},
	// Functions and parameters.
	{`f() { log ^path "$1"; }; f x`, ""},
	{`f() { log "$1"; }; f ^path`, ""},
	{`set -- a b; log ^path "$1"`, ""},
	{`set -- ^path; shift; log ^path`, ""},
	{`f() { set -- ^path b; shift; log ^path "$1"; }; f x`, ""},
	{`f() (log ^path); f`, ""},
	{`eval 'set -- a'; log ^path`, ""},
	{`export name=^path; log "$name"`, ""},
	{`name=^path log ^path`, ""},
	{`name=^path; log "$name" "${name}"`, ""},
	{`readonly name=^path; log "$name"`, ""},
	{`trap 'log ^path' EXIT`, "trap keeps"},
	{`f=^path; trap 'log "$f"' EXIT`, ""},
	{`printf '%s\n' ^path | while IFS= read -r l; do log "$l"; done; log ^path`, ""},
	// Another shell.
	{`sh -c "log ^path"`, "sh reads"},
	{`sh -c 'log ^path'`, "sh reads"},
	{`sh -c "log '^path'"`, "sh reads"},
	{`sh -c log\ ^path`, "sh reads"},
	{`sh -c 'log "$1"' sh ^path`, ""},
	{`sh -ec 'log "$@"' sh a ^path`, ""},
	{`sh -c 'log "$0"' ^path`, ""},
	{`sh -c 'sh -c "log \"\$1\"" sh "$1"' sh ^path`, ""},
	{`sh -c 'sh -c "log $1"' sh ^path`, "sh reads"},
	{`sh -c 'eval "log $1"' sh ^path`, "eval reads"},
	{`sh -c '"$1" x' sh ^path`, "is run as a program"},
	{`sh -c '$0' ^path`, "is run as a program"},
	{`sh -c 'ssh host "rm $1"' sh ^path`, "ssh has a shell"},
	{`sh -c "$(printf 'log %s' ^path)"`, "sh reads"},
	{`bash -c "log ^path"`, "bash reads"},
	{`bash -lc "log ^path"`, "bash reads"},
	{`bash -o pipefail -c "log ^path"`, "bash reads"},
	{`bash --norc -c "log ^path"`, "bash reads"},
	{`/bin/sh -c "log ^path"`, "sh reads"},
	{`^/bin/sh -c "log ^path"`, "sh reads"},
	{`/bin/sh -c 'log ^path'`, ""}, // no shell: words are split at blanks, so sh runs 'log
	{`/bin/bash -c "log \"$1\"" bash ^path`, ""},
	{`/usr/bin/env sh -c "log ^path"`, "sh reads"},
	{`/usr/bin/ssh host rm ^path`, "ssh has a shell"},
	{`dash -c "log ^path"`, "dash reads"}, {`ksh -c "log ^path"`, "ksh reads"}, {`ksh93 -c "log ^path"`, "ksh reads"}, {`zsh -c "log ^path"`, "zsh reads"},
	{`busybox sh -c "log ^path"`, "sh reads"}, {`busybox ash -c "log ^path"`, "ash reads"}, {`fish -c "log ^path"`, "fish reads"}, {`csh -c "log ^path"`, "csh reads"},
	{`\sh -c "log ^path"`, "sh reads"}, {`s"h" -c "log ^path"`, "sh reads"}, {`'sh' -c "log ^path"`, "sh reads"},
	{`$SHELL -c "log ^path"`, "sh reads"}, {`"${SHELL:-/bin/sh}" -c "log ^path"`, "sh reads"}, {`$(which bash) -c "log ^path"`, "bash reads"},
	{`S=sh; $S -c "log ^path"`, "sh reads"}, {`S='sh -c'; $S "log ^path"`, "sh reads"},
	{`command sh -c "log ^path"`, "sh reads"}, {`exec sh -c "log ^path"`, "sh reads"},
	{`env A=b sh -c "log ^path"`, "sh reads"}, {`env -i sh -c "log ^path"`, "sh reads"}, {`env -u X sh -c "log ^path"`, "sh reads"}, {`env -S "log ^path"`, "env -S"},
	{`name=^path sh -c 'log "$name"'`, ""}, {`env name=^path sh -c 'log "$name"'`, ""}, {`env name=^path sh -c 'eval log $name'`, "eval reads"},
	{`sudo sh -c "log ^path"`, "sh reads"}, {`sudo -u www sh -c "log ^path"`, "sh reads"}, {`sudo -u www -- sh -c "log ^path"`, "sh reads"},
	{`sudo -u www cp ^path /srv/sh`, ""}, {`su -c "log ^path"`, "su reads"}, {`su - www -c "log ^path"`, "su reads"}, {`su www --command="log ^path"`, "su reads"},
	{`runuser -u www -- sh -c "log ^path"`, "sh reads"}, {`runuser www -c "log ^path"`, "runuser reads"}, {`sg www "log ^path"`, "sg reads"}, {`doas -u www sh -c "log ^path"`, "sh reads"},
	{`nice -n 10 sh -c "log ^path"`, "sh reads"}, {`nice sh -c 'log "$1"' sh ^path`, ""}, {`nohup sh -c "log ^path" &`, "sh reads"}, {`timeout -k 5 10 sh -c "log ^path"`, "sh reads"},
	{`timeout 10 log ^path`, ""}, {`ionice -c 3 nice -n 5 bash -c "log ^path"`, "bash reads"}, {`ionice -c3 log ^path`, ""}, {`setsid sh -c "log ^path"`, "sh reads"},
	{`flock /run/l -c "log ^path"`, "flock reads"}, {`flock -w 5 /run/l sh -c "log ^path"`, "sh reads"}, {`flock out log ^path`, ""}, {`script -c "log ^path" /dev/null`, "script reads"},
	{`chroot /srv sh -c "log ^path"`, "sh reads"}, {`taskset 1 sh -c "log ^path"`, "sh reads"}, {`stdbuf -oL sh -c "log ^path"`, "sh reads"}, {`time -p sh -c "log ^path"`, "sh reads"},
	{`systemd-run --unit x sh -c "log ^path"`, "sh reads"}, {`docker exec web sh -c "log ^path"`, "sh reads"}, {`docker exec web log ^sourcePathname`, ""}, {`kubectl exec web -- bash -lc "log ^path"`, "bash reads"},
	{`unknown-wrapper --x sh -c "log ^path"`, "sh reads"}, {`watch "log ^path"`, "watch reads"}, {`watch log ^sourcePathname`, "watch reads"},
	// Evaluation in this shell.
	{`eval "log ^path"`, "eval reads"}, {`eval log ^path`, "eval reads"}, {`eval 'log "$1"'; log ^path`, ""}, {`f=^path; eval "log $f"`, "eval reads"}, {`f=^path; eval 'log "$f"'`, ""},
	{`x=$(printf '%s' ^path); eval "$x"`, "eval reads"}, {`x=$(basename ^path); sh -c "log $x"`, "sh reads"}, {`for x in ^path; do eval "log $x"; done`, "eval reads"},
	{`f() { eval "log $1"; }; f ^path`, "eval reads"}, {`f() { sh -c "log $1"; }; f ^path`, "sh reads"}, {`f() { echo ^path; }; eval "$(f)"`, "eval reads"}, {`f() { sh; }; echo ^path | f`, "sh runs what it reads"},
	{`set -- ^path; eval "log $1"`, "eval reads"}, {`: ${x:=^path}; eval "$x"`, "eval reads"}, {`printf '%s' ^path | { read -r x; eval "log $x"; }`, "eval reads"},
	{`. ^sourcePathname`, "runs"}, {`. ./^path`, "runs"}, {`. /dev/null; log ^path`, ""}, {`^sourcePathname`, "is run as a program"}, {`exec ^sourcePathname`, "is run as a program"}, {`sh ^sourcePathname`, "others have written"},
	{`sh /etc/hook.sh ^path; log ^path`, ""}, {`sh -x /etc/hook.sh ^path; log ^path`, ""}, {`alias l=log; l ^path`, "alias"}, {`./^path x`, "is run as a program"},
	{`trap "log ^path" EXIT`, "trap keeps"}, {`trap - EXIT; log ^path`, ""}, {`PS4=^path; set -x; log ^path`, "PS4 names"}, {`BASH_ENV=^sourcePathname bash /etc/hook`, "BASH_ENV names"}, {`env LD_PRELOAD=^sourcePathname log x`, "LD_PRELOAD names"},
	{`export ^path`, "name of a shell variable"}, {`unset ^path`, "name of a shell variable"}, {`read ^path </dev/null`, "name of a shell variable"}, {`printf -v ^path x`, "name of a shell variable"}, {`[ -v ^path ]`, "name of a shell variable"},
	{`[[ ^path == *.x ]] || log ^path`, ""}, {`[[ -v ^path ]]`, "after -v within [[ ]]"}, {`[[ ^path -eq 1 ]]`, "beside -eq within [[ ]]"}, {`x=^path; [[ $x -gt 1 ]]`, "arithmetic with"}, {`x=^path; log $((x))`, "arithmetic with"},
	{`x=^path; log $(($x + 1))`, "arithmetic with"}, {`log $((^path))`, "within arithmetic"}, {`log $((1 + ^path))`, "within arithmetic"}, {`((^path > 1))`, "within arithmetic"}, {`let ^path`, "arithmetic"}, {`declare -i x=^path`, "arithmetic with"},
	{`x[^path]=1`, "within an array index"}, {`x=^path; y=${!x}`, "evaluates"}, {`for ((i = ^path; i < 1; i++)); do log x; done`, "within arithmetic"}, {`n=$(du -s ^path | cut -f1); log $((n / 2))`, "arithmetic with"},
	// Pipes and input.
	{`echo "log ^path" | sh`, "sh runs what it reads"}, {`echo ^path | bash -s x`, "bash runs what it reads"}, {`printf 'log %s' ^path | tee out | sh`, "sh runs what it reads"}, {`echo ^path | sudo -s`, "runs what it reads"}, {`echo ^path | su www`, "runs what it reads"},
	{"sh <<EOF\nlog ^path\nEOF", "sh runs what it reads"}, {"bash -s <<-EOF\n\tlog ^path\n\tEOF", "bash runs what it reads"}, {"sh <<'EOF'\nlog x\nEOF\nlog ^path", ""}, {`bash <<<"log ^path"`, "bash runs what it reads"}, {`sh <^sourcePathname`, "sh runs what it reads"},
	{`bash <(echo log ^path)`, "others have written"}, {`echo "log ^path" >out; sh out`, "others have written"}, {`echo "log ^path" >out; . ./x out; sh <out`, "sh runs what it reads"}, {`echo ^path >out; chmod +x out; ./x; out`, "is run as a program"}, {`cat ^sourcePathname | sh`, "sh runs what it reads"},
	{`echo ^path | cat | grep x | sh -x`, "sh runs what it reads"}, {`echo hello | sh -c 'cat >/dev/null; log "$1"' sh ^path`, ""}, {`echo ^path | sh -c 'cat >/dev/null'; log ^path`, ""}, {`echo 'log x' | sh; log ^path`, ""}, {`(echo ^path; echo x) | sh`, "sh runs what it reads"},
	{`ls ^source | sh`, "sh runs what it reads"}, {`find ^source -type f | while read -r f; do sh -c "log $f"; done`, "sh reads"}, {`for f in ^source/*; do sh -c "log $f"; done`, "sh reads"}, {`cd ^source; for f in *; do eval "log $f"; done`, "eval reads"}, {`for f in /etc/hooks.d/*; do sh "$f" ^path; done; log ^path`, ""},
	{`printf 'log %s' ^path | at now`, "at runs what it reads"}, {`echo ^path | batch`, "batch runs what it reads"}, {`at -f ^sourcePathname now`, "runs"}, {`echo "* * * * * x ^path" | crontab -`, "crontab runs"},
	{`cp ^sourcePathname /srv/out; ssh host log /srv/out; log ^path`, ""}, {`cp ^sourcePathname out; sh out`, "others have written"}, {`echo ^path >out; x=$(cat out); eval "$x"`, "eval reads"}, {`x=$(<^sourcePathname); eval "$x"`, "eval reads"},
	{`publish=log; $publish ^path`, ""}, {`$PUBLISH ^path; log ^path`, ""}, {`$MARSHAL ^path; log ^path`, ""}, {`$BASH -c "log ^path"`, "bash reads"}, {`$RSYNC_RSH host rm ^path`, "ssh has a shell"}, {`git add ^path; log ^path`, ""}, {`git -c "core.pager=^path" log`, "git runs"},
	{`docker exec web process ^path; log ^path`, ""}, {`e=eval; $e "log ^path"`, "eval reads"}, {`set -- sh -c; "$@" "log ^path"`, "is run as a program"}, {"while read -r x; do eval \"$x\"; done <<E\n^path\nE", "eval reads"}, {`a=(^path); eval "${a[0]}"`, "eval reads"},
	{`make -C ^source all; log ^path`, ""}, {`mail -s "new: ^path" root </dev/null; log ^path`, ""}, {`tar czf out -C ^source ./^path; log ^path`, ""}, {`cat <<E | ssh host sh
^path
E`[:0] + "cat <<E | ssh host sh\nlog ^path\nE", "sh runs what it reads"},
	// Other machines.
	{`ssh host rm ^path`, "ssh has a shell"}, {`ssh host "rm '^path'"`, "ssh has a shell"}, {`ssh -p 22 -i key user@host rm -- ^targetPathname`, "ssh has a shell"}, {`ssh host rm "$(printf %q ^path)"`, "ssh has a shell"}, {`ssh ^path`, "before its command"},
	{`ssh -o "ProxyCommand=nc ^path" host x`, "before its command"}, {`ssh host reload; log ^path`, ""}, {`printf '%s\0' ^path | ssh host 'xargs -0 log --'`, ""}, {`printf '%s' ^path | ssh host 'cat >/dev/null'; log ^path`, ""}, {`echo "rm ^path" | ssh host`, "starts a shell"},
	{`echo ^path | ssh host sh`, "sh runs what it reads"}, {`echo ^path | ssh host 'while read f; do sh -c "rm $f"; done'`, "sh reads"}, {`SSH="ssh -p 22"; $SSH host rm ^path`, "ssh has a shell"}, {`$SSH host rm ^path`, "ssh has a shell"}, {`${REMOTE_SHELL} host rm ^path`, "ssh has a shell"},
	{`sshpass -p x ssh host rm ^path`, "ssh has a shell"}, {`sudo -u x ssh host "rm ^path"`, "ssh has a shell"}, {`rsh host rm ^path`, "rsh has a shell"}, {`f=^path; ssh host "rm $f"`, "ssh has a shell"}, {`n=$(printf %s ^path | base64 -w0); ssh host "log $n"; log ^path`, ""},
	{`ssh host "mkdir -p ^target"; log ^path`, ""}, {`scp ^sourcePathname host:^path`, "scp may have a shell"}, {`scp -- ^sourcePathname host:/srv/; log ^path`, ""}, {`rsync -a ^sourcePathname host:/srv/^path`, "rsync may have a shell"}, {`rsync -a --protect-args ^sourcePathname host:/srv/^path; log ^path`, ""},
	{`rsync -as ^sourcePathname host:^path; log ^path`, ""}, {`rsync -a -e "ssh ^path" x y`, "rsync runs"}, {`rsync -a ^sourcePathname ^targetPathname`, ""}, {`rsync -a host::m/^path /srv; log ^path`, ""}, {`echo "put ^path" | sftp host`, "sftp reads commands"},
	// Many files.
	{`xargs sh -c "log ^path" </dev/null`, "sh reads"}, {`printf '%s\0' ^path | xargs -0 log`, ""}, {`printf '%s\0' ^path | xargs -0 -I{} sh -c 'log {}'`, "sh reads"}, {`printf '%s\0' ^path | xargs -0 sh -c 'log "$@"' sh`, ""}, {`echo ^path | xargs sh`, "others have written"},
	{`echo ^path | xargs sh -c`, "sh reads"}, {`echo ^path | xargs -n1 ssh host rm`, "ssh has a shell"}, {`find ^sourcePathname -exec log {} \; ; log ^path`, ""}, {`find ^source -exec sh -c 'log {}' \;`, "sh reads"}, {`find ^source -name x -exec sh -c 'log "$1"' sh {} \; ; log ^path`, ""},
	{`find /srv -name ^path; log ^path`, ""}, {`find ^source -name '*.sh' -exec sh {} \;`, "others have written"}, {`find / -xdev -exec ssh host rm {} +`, "ssh has a shell"}, {`find /etc/hooks -name '*.sh' -exec sh {} \; ; log ^path`, ""}, {`find ^path -type f`, "takes"}, {`parallel "log ^path" ::: a`, "parallel has a shell"},
	{`parallel log ::: ^sourcePathname; log ^path`, ""}, {`echo ^path | parallel`, "parallel without a command"}, {`parallel sh -c '"log {}"' ::: ^path`, "sh reads"},
	// Interpreters, and programs that start programs.
	{`awk "BEGIN { print \"^path\" }"`, "awk reads"}, {`awk '{ print "^path" }' /dev/null`, "awk reads"}, {`name=^path awk 'BEGIN { printf "%s", ENVIRON["name"] }' >/dev/null; log ^path`, ""}, {`awk -v n=^path 'BEGIN { system("log " n) }'`, "awk starts a shell"}, {`echo ^path | awk '{ print | "sh" }'`, "awk starts a shell"},
	{`sed -e "s/x/^path/" /dev/null`, "sed reads"}, {`sed "s/x/^path/" /dev/null`, "sed reads"}, {`sed -i s/a/b/ ^sourcePathname; log ^path`, ""}, {`echo ^path | sed 's/^/log /e'`, "s///e"}, {`perl -e "print '^path'"`, "perl reads"},
	{`perl -e 'print $ARGV[0]' ^path >/dev/null; log ^path`, ""}, {`perl -pe 's/a/b/' ^sourcePathname`, "ends with |"}, {`perl -pe 's/a/b/' <^sourcePathname; log ^path`, ""}, {`perl ^sourcePathname`, "others have written"}, {`python3 -c "print('^path')"`, "python reads"},
	{`python3 -c 'import sys; print(sys.argv[1:])' ^path >/dev/null; log ^path`, ""}, {`python3.11 -c "x('^path')"`, "python reads"}, {`echo "x('^path')" | python3`, "python reads commands"}, {`ruby -e "p '^path'"`, "ruby reads"}, {`php -r "echo '^path';"`, "php reads"},
	{`php /srv/hook.php ^path; log ^path`, ""}, {`node -e "x('^path')"`, "node reads"}, {`node --eval="x('^path')"`, "node reads"}, {`lua -e "print('^path')"`, "lua reads"}, {`echo "puts ^path" | tclsh`, "tclsh reads commands"},
	{`mysql -e "insert into t values ('^path')" db`, "mysql reads"}, {`mysql db --execute="x '^path'"`, "mysql reads"}, {`psql -c "x '^path'"`, "psql reads"}, {`psql -v name=^path -f /srv/x.sql; log ^path`, ""}, {`echo "x '^path'" | psql db`, "psql reads commands"},
	{`sqlite3 /srv/db "x '^path'"`, "sqlite reads"}, {`lftp -c "put ^path"`, "lftp reads"}, {`smbclient //h/s -c "put ^path"`, "smbclient reads"}, {`make F=^path all`, "make gets"}, {`tmux send-keys "log ^path" Enter`, "tmux gets"},
	{`tar rf /srv/a.tar ^path`, "takes"}, {`tar rf /srv/a.tar -- ^path; log ^path`, ""}, {`tar rf /srv/a.tar ./^path; log ^path`, ""}, {`tar rf /srv/a.tar ^sourcePathname; log ^path`, ""}, {`tar cf a --to-command="x ^path" y`, "tar runs"},
	{`convert ^pathname x.png`, "takes"}, {`convert ^sourcePathname x.png; log ^path`, ""}, {`vim -c "x ^path"`, "vim reads"}, {`gdb -ex "x ^path" y`, "gdb reads"}, {`expect -c "x ^path"`, "expect reads"},
	// Shells that are named in another way, or are started by something else.
	{`start-stop-daemon --start --exec /bin/sh -- -c "log ^path"`, "sh reads"}, {`unknown sh -e -c "log ^path"`, "sh reads"}, {`unknown --foo bash --norc -c "log ^path"`, "bash reads"}, {`sh -oc errexit "log ^path"`, "sh reads"},
	{`docker run --entrypoint sh image -c "log ^path"`, "sh reads"}, {`docker run --entrypoint=sh image -c "log ^path"`, "sh reads"}, {`docker run --entrypoint log image ^sourcePathname`, ""}, {`unknown sh -x ^path; log ^path`, ""},
	{`$(printf sh) -c "log ^path"`, "may be a shell"}, {"`echo sh` -c \"log ^path\"", "may be a shell"}, {`/bin/s? -c "log ^path"`, "may be a shell"}, {`/proc/$$/exe -c "log ^path"`, "may be a shell"}, {`/proc/self/exe -c "log ^path"`, "may be a shell"},
	{`capsh --user=nobody -- -c "log ^path"`, "capsh gets"}, {`socat - SYSTEM:"log ^path"`, "socat gets"}, {`nc -l -c "log ^path"`, "nc reads"}, {`ncat -l --sh-exec "log ^path"`, "ncat reads"}, {"newgrp - <<E\nlog ^path\nE", "newgrp runs what it reads"},
	{`fd . ^source -x sh -c 'log {}'`, "sh reads"}, {`fd . ^source -x log {}; log ^path`, ""}, {`run-parts ^source`, "runs what lies in"}, {`rename "s/a/^path/" x`, "rename reads"}, {`rename .a .b ^sourcePathname; log ^path`, ""}, {`exiftool -if "^path" x`, "exiftool reads"},
	{`git submodule foreach "log ^path"`, "git runs"}, {`git rebase --exec "log ^path"`, "git runs"}, {`git rebase -x "log ^path" a`, "git runs"}, {`git clone "ext::sh -c ^path" x`, "git runs"}, {`git config alias.x "!log ^path"`, "git runs"}, {`git clone ^sourcePathname; log ^path`, ""},
	{`ln -s ^sourcePathname out; sh out`, "others have written"}, {`ln -s ^sourcePathname out; . ./out`, "others have written"}, {"cat >f.sh <<E\nlog ^path\nE\nsh ./f.sh", "others have written"}, {`echo "log ^path" >out; mv out b; sh b`, "others have written"},
	{"sh /dev/fd/3 3<<E\nlog ^path\nE", "sh runs what it reads"},
	// Commands of awk and sed, and options with their value in one word.
	{`echo ^path | awk '{ c = "sh"; printf "%s", $0 | c }'`, "awk starts a shell"}, {`echo ^path | awk '{ c = "sh"; print $0 |c }'`, "awk starts a shell"}, {`echo ^path | awk '/a|b/ || $1 == "x|y" { print $0 }' >/dev/null; log ^path`, ""},
	{`echo ^path | sed 's|^|log |e'`, "s///e"}, {`echo ^path | sed e`, "s///e"}, {`echo ^path | sed '1e'`, "s///e"}, {`echo ^path | sed -e 's/^/log /e'`, "s///e"}, {`echo ^path | sed --expression='s/^/log /e'`, "s///e"}, {`echo ^path | sed -n '/x/,$ { s/a/b/g; e
}'`, "s///e"},
	{`x=$(echo ^path | sed 's|e|e|; s/e$/1e/; /e/d; y/e/f/; a e'); log "$x" ^path`, ""}, {`rsync -e"ssh ^path" a b:`, "rsync runs"}, {`rsync -ae "ssh ^path" a b:`, "rsync runs"}, {`zip -TT"log ^path" a b`, "zip runs"}, {`tar -cI "log ^path" -f x y`, "tar runs"},
	{`tar xf x --to-comm="log ^path"`, "tar runs"}, {`tar cf a --exclude=^path b; log ^path`, ""}, {`vim "+!log ^path"`, "vim runs"}, {`less "+!log ^path" x`, "less runs"},
	// Places without quotes.
	{`log \^path`, "after a backslash"}, {`log "\^path"`, "after a backslash"}, {`log $^path`, "after a dollar sign"}, {`log "$^path"`, "after a dollar sign"}, {`log \\^path \$^path`, ""}, {`log $'^path'`, "within $'...'"},
	{`log $"^path"`, `within $"..."`}, {"cat <<'E'\n^path\nE", "end mark is quoted"}, {"cat <<\\E\n^path\nE", "end mark is quoted"}, {"cat <<E\n\\^path\nE", "after a backslash"}, {"cat <<^path\nx\n^path", "end mark"}, {`x=a; log ${x^path}`, "where no value can be"},
	{`x=a; log ${x/^path/b}`, "within ${...}"}, {`x=a; log ${x:^path}`, "within ${...}"}, {"log `log \\`log ^path\\``", "hold a backslash"}, {"log `log $(log `log ^path`)`", "cannot read"}, {"log `log \\\"^path\\\"`", "hold a backslash"}, {`log @(^path|b)`, "where"}, {`^path() { log x; }`, "where"},
	{`log "^path`, "cannot read the command"}, {`if ^path`, "cannot read the command"}, {`log ^path; fi`, "cannot read the command"}, {`log $(^path`, "cannot read the command"},
	{"log ^path\x00", "zero byte"}, {"/bin/log ^path\x00", "zero byte"}, {"log \x00 x", "zero byte"},
}

// hostileNames try to get out, each by another way; a file "canary" appears where one does.
var hostileNames = []string{
	"$(>canary)", "`>canary`", ";>canary;", "';>canary;'", `";>canary;"`, "|>canary", "&>canary&", "a\n>canary\nb", "a[$(>canary)]", "-e>canary", "\\$(>canary)", "${x:=$(>canary)}", "'$(>canary)'",
	"a b", "*", "~", "-n", "\xff\xfe\t", `\`, "'", `"`, "#", "%s%n", "{}", "!x", "$1", "<", "=",
}

// recorders makes programs that record their arguments; ssh does what the other host would do.
func recorders(t testing.TB) (bin string) {
	t.Helper()
	bin = t.TempDir()
	record := "#!/bin/sh\n" + `{ printf '%s\0' "${0##*/}" "$@"; printf '\n'; } >>"$RECORD"` + "\n"
	for name, text := range map[string]string{"log": record, "ssh": "#!/bin/sh\nshift\nexec sh -c \"$*\"\n"} {
		if err := os.WriteFile(filepath.Join(bin, name), []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range strings.Fields("cp rsync scp tar convert docker sudo php psql ionice parallel") {
		if err := os.Symlink("log", filepath.Join(bin, name)); err != nil {
			t.Fatal(err)
		}
	}
	return bin
}

// played runs a command for a name, and returns what the stubs have recorded, and whether the name got out.
func played(t testing.TB, bin string, argv []string) (record string, escaped bool) {
	t.Helper()
	dir := filepath.Join(bin, "run")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + bin + ":/usr/bin:/bin", "RECORD=" + dir + "/record", "LC_ALL=C"}
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	_ = cmd.Run() // with such names much fails, as it should
	if ctx.Err() != nil {
		t.Errorf("%q does not end", argv)
	}
	text, err := os.ReadFile(dir + "/record")
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	_, err = os.Lstat(dir + "/canary")
	return string(text), err == nil
}

// TestHostileCommands: each command is refused with its danger named, or every file name is data in it.
// §7: what would run a file's name is refused.
func TestHostileCommands(t *testing.T) {
	var unsafe, safe []string
	dangers := map[int]string{}
	for _, c := range hostileCommands {
		line := fmt.Sprintf("sync{ source = source, target = '/srv/target', onCreate = %s }", luaBytes(c.text))
		if c.danger == "" {
			safe = append(safe, line)
		} else {
			unsafe = append(unsafe, line)
			dangers[len(unsafe)] = c.danger
		}
	}
	t.Logf("%d commands, %d of them unsafe", len(hostileCommands), len(unsafe))

	st := newStage(t).config(strings.Join(unsafe, "\n"))
	var found problem.Problems
	if err := st.load(); !errors.As(err, &found) {
		t.Fatalf("loaded: %v", err)
	}
	said := map[int]string{}
	for _, p := range found {
		said[p.Line] += p.String() + "\n"
	}
	for line, danger := range dangers {
		if !strings.Contains(said[line], danger) {
			t.Errorf("%s\nis not refused for %q: %s", unsafe[line-1], danger, said[line])
		}
	}

	st = start(t, strings.Join(safe, "\n"))
	bin := recorders(t)
	at := 0
	for _, c := range hostileCommands {
		if c.danger != "" {
			continue
		}
		for i, name := range hostileNames {
			if i >= 13 && (i+at)%5 != 0 {
				continue // those that start nothing: each command gets some of them
			}
			st.eventFor(at, event.Create, name)
			cmd := st.command()
			record, escaped := played(t, bin, append([]string{cmd.Binary}, cmd.Args...))
			if escaped || !strings.Contains(record, name) && !regexp.MustCompile(`^/bin/`).MatchString(c.text) {
				t.Errorf("%s\nwith %q: escaped: %t, record %q", c.text, name, escaped, record)
			}
			st.exit(0)
		}
		at++
	}
}

// luaBytes writes a string for Lua, byte by byte.
func luaBytes(s string) string {
	var b strings.Builder
	for i := range len(s) {
		fmt.Fprintf(&b, "\\%03d", s[i])
	}
	return `"` + b.String() + `"`
}

// §7: unsafeShell makes a warning of it, and the variable stays quoted where it stands.
func TestUnsafeShell(t *testing.T) {
	st := start(t, `sync{ source = source, unsafeShell = true, onCreate = 'sh -c "a ^path"', onModify = "/bin/sh -c \"b ^path\"" }
sync{ source = source, unsafeShell = true, onCreate = 'a ^path' }`)
	var warnings []string
	for _, w := range st.rt.Warnings() {
		warnings = append(warnings, w.String())
	}
	got := strings.Join(warnings, "\n")
	want := `^config.lua:1: sync "Sync1": onCreate: sh reads "a \^path" as a command, and runs what a file's name says \(unsafeShell allows it; .*\)\n` +
		`config.lua:1: sync "Sync1": onModify: sh reads "b \^path" as .*$`
	if !regexp.MustCompile(want).MatchString(strings.ReplaceAll(got, st.dir+"/", "")) {
		t.Errorf("warned of %s", got)
	}
	st.event(event.Create, "x;y")
	if got := st.described(); got != `sh -c 'sh -c "a ${1}"' sh 'x;y'` {
		t.Errorf("started %s", got)
	}
	st.exit(0)

	for text, want := range map[string]string{
		`sync{ source = source, unsafeShell = "yes", onCreate = "a" }`:                  `unsafeShell must be true or false, not "yes"`,
		`sync{ source = source, unsafeShell = true, onCreate = "a $((^path))" }`:        `^path stands within arithmetic (let a command compare numbers`,
		`sync{ source = source, unsafeShel = true, onCreate = "a" }`:                    `did you mean "unsafeShell"?`,
		`settings{ unsafeShell = true } sync{ source = source, onCreate = "a" }`:        `unknown setting "unsafeShell"`,
		`sync{ source = source, name = "web", onDelete = "ssh h rm ^path" }`:            `config.lua:1: sync "web": onDelete: ssh has a shell on the other host read "rm ^path", which runs what a file's name says (send the name as input, `,
		`sync{ source = source, onCreate = [[if a ^path]] }`:                            `onCreate: the shell cannot read the command, at its byte`,
		"sync{ source = source, onCreate = [[a\nb\nc $^path]] }":                        `onCreate: ^path stands after a dollar sign in line 3 of it (write \$ for a dollar sign, or none`,
		`local p = { onCreate = "eval ^path" } sync{ p, source = source, name = "two"}`: `sync "two": onCreate: eval reads "^path" as a command`,
	} {
		if got := problems(t, newStage(t).config(text)); !strings.Contains(got, want) {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
}
