package failure

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// row is one line that a program prints, and what it means. $1 and so on are what its groups matched. None of these
// programs translates its messages: rsync and ssh set LC_CTYPE only, whatever LANG says.
type row struct {
	line         *regexp.Regexp
	text, remedy string
	passing      bool
}

func when(line, text, remedy string) row { return row{regexp.MustCompile(line), text, remedy, false} }

// passing is a row of what may be over without anybody doing something.
func passing(line, text, remedy string) row { return row{regexp.MustCompile(line), text, remedy, true} }

const (
	newHost = "log in once by hand with ssh, as the user that runs lsyncgo, and compare the key, or put it into ~/.ssh/known_hosts"
	oldHost = "if it has a new key for good reason, remove the old one with ssh-keygen -R HOST and log in once by hand; else somebody may be in between"
	keyFile = "ssh.identityFile has to be a private key that the user who runs lsyncgo can read and nobody else can"
	reach   = "is the host up, the address right, and does a firewall let it through?"
	module  = "compare the target with rsyncd.conf there; rsync HOST:: lists the modules"
)

// rows are in the order of what they say: the first one that fits any line is the reason. Most runs fail at nothing, and so many
// expressions take a millisecond.
var rows = sync.OnceValue(func() []row {
	return slices.Concat(ofSSH(), ofDropbear(), ofShell(), ofDaemon(), ofRsyncItself())
})

// ofSSH are lines of OpenSSH.
func ofSSH() []row {
	return []row{
		when(`^Host key for (\S+) has changed`, "the host key of $1 is not the one that ssh knows", oldHost),
		when(`WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED`, "the host key of the target is not the one that ssh knows", oldHost),
		when(`^No \S+ host key is known for (\S+) and you have requested strict checking`, "ssh does not know the host key of $1", newHost),
		when(`^Host key verification failed`, "ssh does not know the host key of the target", newHost),
		when(`^Permissions (\d+) for '(.*)' are too open`, "ssh does not take the identity file $2: others can read it (mode $1)", "chmod 600 it"),
		when(`Identity file (.*) not accessible: (.*?)\.?$`, "ssh cannot read the identity file $1: $2", keyFile),
		when(`^Load key "(.*)": (.*?)\s*$`, "ssh cannot use the identity file $1: $2", keyFile),
		when(`Too many authentication failures`, "ssh offered more keys than the host puts up with", `write ssh = { identityFile = "...", options = { IdentitiesOnly = "yes" } }`),
		when(`^(\S+): Permission denied \(([\w,-]+)\)`, "ssh lets nobody in as $1: permission denied ($2)",
			`put the public key of the user who runs lsyncgo into ~/.ssh/authorized_keys there (ssh-copy-id), or name another key with ssh = { identityFile = "..." }`),
		passing(`^ssh: connect to host (\S+) port (\d+): Connection refused`, "connection refused: no sshd at $1, port $2", "start sshd there, or write its port, ssh = { port = ... }"),
		passing(`^ssh: connect to host (\S+) port (\d+): (?:Connection|Operation) timed out`, "$1, port $2, does not answer: timed out", reach),
		passing(`^ssh: connect to host (\S+) port (\d+): (?:No route to host|Network is unreachable)`, "there is no route to $1", reach),
		passing(`^ssh: connect to host (\S+) port (\d+): (.*?)\s*$`, "no connection to $1, port $2: $3", reach),
		passing(`^ssh: Could not resolve hostname (.*): (.*?)\s*$`, "there is no host called $1, or the name service is away: $2", "correct the name of the host"),
		passing(`^Connection timed out during banner exchange`, "what listens there does not answer as sshd does: timed out", "is the port right?"),
		when(`^Unable to negotiate with (\S+) port (\d+): (.*)`, "ssh and the sshd of $1 have nothing in common: $3", "bring the older one up to date, or allow it with ssh = { options = ... }"),
		when(`Bad configuration option: (.*)`, "ssh knows no option $1", "correct ssh.options, ssh._extra or ~/.ssh/config"),
		when(`^Bad owner or permissions on (.*)`, "ssh does not take $1, which others may have written", "chmod 600 it, and let it belong to the user who runs lsyncgo"),
		when(`^(?:ssh: )?(?:unknown|illegal|invalid) option -- '?(\S)'?$`, "ssh knows no option -$1", "correct ssh._extra"),
		when(`^Bad port '(.*)'`, "$1 is no port", "write a number, ssh = { port = 22 }"),
		when(`^unix_listener: path "(.*)" too long`, "the path of ssh's control socket is too long", "write ssh = { multiplex = false }"),
		when(`(?i)^This account is (?:currently )?not available`, "the account at the target may run no commands", "give it a login shell, or use another user"),
		passing(`^(?:kex_exchange_identification|ssh_exchange_identification|banner exchange): |^Connection (?:closed|reset) by \S+ port \d+`,
			"the host ended the connection before a login", "sshd there may refuse this address (fail2ban, MaxStartups), or something else has that port"),
		passing(`^(?:Timeout, server \S+ not responding|client_loop: send disconnect: |packet_write_wait: |Connection to \S+ closed by remote host)`, "the connection to the host broke off", ""),
	}
}

// ofDropbear are lines of dbclient, which ends with 1, or with 0 if the host ended the connection.
func ofDropbear() []row {
	return []row{
		when(`^\S+ host key mismatch for (\S+) !`, "the host key of $1 is not the one that dbclient knows", "if it has a new key for good reason, remove the old one from ~/.ssh/known_hosts; else somebody may be in between"),
		when(`^Host '(.*)' is not in the trusted hosts file`, "dbclient does not know the host key of $1", "log in once by hand with dbclient, as the user that runs lsyncgo, and compare the key"),
		when(`Failed loading keyfile '(.*)'$`, "dbclient cannot use the identity file $1", "ssh.identityFile has to be a key that dropbearkey or dropbearconvert has made, and that the user who runs lsyncgo can read"),
		when(`: Connection to (\S+?):\d+ exited: No auth methods could be used`, "dbclient is not let in as $1: it has no key that the host takes",
			`put the public key of the user who runs lsyncgo into ~/.ssh/authorized_keys there, or name another key with ssh = { identityFile = "..." }`),
		passing(`: Connection to (\S+?):(\d+) exited: Connect failed: Connection refused`, "connection refused: no sshd at $1, port $2", "start sshd there, or write its port, ssh = { port = ... }"),
		passing(`: Connection to \S+ exited: Connect failed: Error resolving '(.*)' port '.*'\. (.*)`, "there is no host called $1, or the name service is away: $2", "correct the name of the host"),
		passing(`: Connection to (\S+?):(\d+) exited: Connect failed: (.*)`, "no connection to $1, port $2: $3", reach),
		passing(`: Connection to (\S+?):\d+ exited: (?:Remote closed the connection|Disconnect received|Error reading: .*|Timeout.*)`, "$1 ended the connection", "sshd there may refuse this address or the login"),
	}
}

// ofShell are lines of the shell at the other end.
func ofShell() []row {
	return []row{
		when(`(?:^|[ :/])(\S*rsync\S*): (?:command )?not found|(?i:command not found: |unknown command: ?)(\S*rsync\S*)|^(\S*rsync\S*): Command not found|^\S*sh: (?:line )?\d+: (\S*rsync\S*): No such file or directory$`,
			"there is no rsync at the target", "install rsync there, or name it with rsync = { rsync_path = ... }"),
	}
}

// ofDaemon are lines of an rsync daemon and its client.
func ofDaemon() []row {
	return []row{
		when(`^@ERROR: Unknown module '(.*)'`, "the rsync daemon has no module $1", module),
		when(`^@ERROR: auth failed on module (\S+)`, "the rsync daemon lets nobody in to its module $1: user or password is wrong", `write the user before the host, and rsync = { password_file = "..." }`),
		when(`^@ERROR: access denied to (\S+) from`, "the rsync daemon does not let this host in to its module $1", "look at hosts allow and hosts deny in rsyncd.conf there"),
		passing(`^@ERROR: max connections \((\d+)\) reached`, "the rsync daemon has its $1 connections in use", ""),
		when(`^@ERROR: (?:chdir|chroot) failed`, "the directory of the rsync daemon's module is missing or closed to its user", "look at path in rsyncd.conf there"),
		when(`^@ERROR: (.*)`, "the rsync daemon refused: $1", module),
		when(`^ERROR: module is read only`, "the rsync daemon's module is read only", "write read only = false in rsyncd.conf there"),
		when(`^ERROR: password file must (.*)`, "the password file of rsync must $1", "chmod 600 it"),
		when(`could not open password file (.*): (.*?) \(\d+\)$`, "rsync cannot read its password file $1: $2", "correct rsync.password_file"),
		passing(`^rsync: (?:\[\w+\] )?failed to connect to (\S+).*: Connection refused`, "connection refused: no rsync daemon at $1", "start it there, or write the port, rsync://HOST:PORT/module"),
		passing(`^rsync: (?:\[\w+\] )?failed to connect to (\S+).*: (.*?) \(\d+\)$`, "no connection to the rsync daemon at $1: $2", reach),
		passing(`^rsync: getaddrinfo: (\S+) \S+: (.*)`, "there is no host called $1, or the name service is away: $2", "correct the name of the host"),
	}
}

// ofRsyncItself are lines of rsync that end with no number of an error.
func ofRsyncItself() []row {
	return []row{
		when(`Failed to exec (\S+): `, "the program $1 cannot be started", "install it, or correct ssh.binary or rsync.rsh"),
		when(`^protocol version mismatch -- is your shell clean`, "the login shell at the target prints something of its own, which rsync cannot make out",
			"ssh HOST true has to print nothing: look at .bashrc and its like there"),
		when(`on remote machine: (\S+): unknown option`, "the rsync at the target knows no option $1", "bring it up to date, or remove the option"),
		when(`^rsync: (?:\[\w+\] )?(\S+): unknown option`, "rsync knows no option $1", "correct rsync._extra"),
		when("^Unknown filter rule: <rule from (.*) line (\\d+)>", "a file with filter rules in the source is wrong: $1, line $2", "correct it"),
		when("^Unknown filter rule: [`']?(.*?)'?$", "rsync cannot read the filter rule $1", "correct it, in the config or in the files with rules in the source"),
		when(`destination must be a directory`, "the target is no directory", "name a directory, or remove what is in its place"),
		when(`(?i)(ACLs|extended attributes) are not supported on this (\w+)`, "$1 are not supported by the rsync of this $2", "remove acls or xattrs from the table rsync"),
		when(`--max-delete limit`, "the limit of deletions was met", ""),
	}
}

// recognize returns what a line says, of work in process or a child, and how early in the order of reasons that is.
func recognize(line string, job bool) (Reason, int) {
	for i, r := range rows() {
		if m := r.line.FindStringSubmatchIndex(line); m != nil {
			expand := func(template string) string { return string(r.line.ExpandString(nil, template, line, m)) }
			return Reason{Text: expand(r.text), Remedy: r.remedy, Passing: r.passing, Line: line}, i
		}
	}
	if e, ok := parse(line, job); ok {
		if r := e.reason(); r.Text != "" {
			r.Line = line
			return r, len(rows())
		}
	}
	return Reason{}, len(rows()) + 1
}

// errorLine is a line with the error of a system call.
type errorLine struct {
	role     string // which process of rsync says it; "" before rsync 3.2
	atTarget bool
	what     string // which call, with its path
	number   int    // errno
}

// ofRsync ends its lines with the number, which no language changes. Those that are asked for here mean the same on
// Linux and the BSDs, or do not collide.
var ofRsync = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^rsync: (?:\[(\w+)\] )?(.*?)(?: failed)?: [^:]*\((\d+)\)$`)
})

// receivers are the processes of rsync that are at the target; all files go there from here.
var receivers = []string{"Receiver", "receiver", "generator"}

// writes finds calls that only those make.
var writes = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?:recv_generator: )?(?:mkdir|mkstemp|write|rename|delete_file|set_times|chown|chgrp|symlink|mknod|link)\b`)
})

// inProcess are the words of Go for the errors of work in process, which is local.
var inProcess = map[string]int{
	"no such file or directory": noEntry, "permission denied": noAccess, "operation not permitted": notPermitted, "not a directory": noDirectory,
	"no space left on device": noSpace, "disk quota exceeded": overQuota, "read-only file system": readOnly, "input/output error": ioError,
}

func parse(line string, job bool) (e errorLine, ok bool) {
	if m := ofRsync().FindStringSubmatch(line); m != nil {
		n, err := strconv.Atoi(m[3])
		return errorLine{role: m[1], atTarget: slices.Contains(receivers, m[1]) || m[1] == "" && writes().MatchString(m[2]), what: m[2], number: n}, err == nil
	}
	i := strings.LastIndex(line, ": ")
	if !job || i < 0 {
		return e, false
	}
	n, ok := inProcess[line[i+2:]]
	return errorLine{atTarget: !strings.HasPrefix(line, "read ") && !strings.HasPrefix(line, "open "), what: line[:i], number: n}, ok
}

// Numbers of errors, as Linux has them.
const (
	notPermitted = 1
	noEntry      = 2
	ioError      = 5
	noAccess     = 13
	noDirectory  = 20
	noSpace      = 28
	readOnly     = 30
	quotaOfBSD   = 69
	staleOfBSD   = 70
	notConnected = 107
	stale        = 116
	overQuota    = 122
	tooLargeFile = 27
	badName      = 22
	nameTooLong  = 36
	nameTooLong2 = 63 // of the BSDs
)

// wholeTarget are errors that the target as a whole has.
var wholeTarget = []int{ioError, noSpace, readOnly, quotaOfBSD, staleOfBSD, notConnected, stale, overQuota}

// reason of an error of a system call; the zero Reason if the line has to speak for itself.
func (e errorLine) reason() Reason {
	made := strings.HasPrefix(e.what, "mkdir ") || strings.HasPrefix(e.what, "create the target ")
	switch {
	case !e.atTarget && e.number == noAccess:
		return Reason{Text: "permission denied in the source: " + e.what, Remedy: "let the user who runs lsyncgo read it, or exclude it"}
	case !e.atTarget:
		return Reason{}
	}
	switch e.number {
	case noEntry:
		if made {
			return Reason{Text: "the directory above the target is missing: " + e.what,
				Remedy: "create it there; a disk may not be mounted"}
		}
	case noAccess, notPermitted:
		return Reason{Text: "permission denied at the target: " + e.what, Remedy: "let the user who writes there do that, or use another user"}
	case noDirectory:
		return Reason{Text: "something in the path of the target is no directory: " + e.what, Remedy: "name a directory, or remove what is in its place"}
	case noSpace:
		return Reason{Text: "the disk of the target is full", Remedy: "make room there", Passing: true}
	case overQuota, quotaOfBSD:
		return Reason{Text: "the quota at the target is used up", Remedy: "make room there, or raise it", Passing: true}
	case readOnly:
		return Reason{Text: "the target is on a file system that is read-only", Remedy: "mount it for writing; the kernel log says whether an error made it so", Passing: true}
	case ioError:
		return Reason{Text: "an input or output error at the target: " + e.what, Remedy: "look at the disk and the kernel log there", Passing: true}
	case notConnected, stale, staleOfBSD:
		return Reason{Text: "the file system of the target is not connected", Remedy: "mount it again", Passing: true}
	case tooLargeFile:
		return Reason{Text: "a file is larger than the file system of the target takes: " + e.what, Remedy: "exclude it"}
	case nameTooLong, nameTooLong2, badName:
		return Reason{Text: "the file system of the target does not take a name: " + e.what, Remedy: "exclude it"}
	}
	return Reason{}
}
