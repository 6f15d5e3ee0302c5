#!/bin/sh
# manual.sh README VERSION: writes the manual page mr(1) from the tables of commands and exit codes in the README.
set -e
cat <<EOF
.TH MR 1 "" "MapReduce for .NET $2" "User Commands"
.SH NAME
mr \- run MapReduce jobs, and the nodes of clusters
.SH SYNOPSIS
.B mr
.I COMMAND
[\fIoptions\fR]
.SH DESCRIPTION
Runs jobs written in C#, in one process or on a cluster, and runs the nodes of clusters. Each command lists its options with
.BR \-\-help .
.SH COMMANDS
EOF
sed -n '/^## The commands/,/^## /p' "$1" | sed -n 's/^| `\(mr.*\)$/\1/p' | sed 's/\\|/\x01/g' | awk -F ' *[|] *' '{ sub(/`$/, "", $1); print ".TP\n.B " $1 "\n" $2 }' | tr '\001' '|' | sed 's/`//g; s/\[\([^]]*\)\]([^)]*)/\1/g; s/^\([^.]\)/\1/; s/-/\\-/g'
echo '.SH EXIT STATUS'
sed -n '/^| exit code/,/^$/p' "$1" | awk -F ' *[|] *' '$2 ~ /^[0-9]+$/ { print ".TP\n.B " $2 "\n" $3 }' | sed 's/`//g'
cat <<'EOF'
.SH FILES
.TP
.I /etc/mapreduce/node.conf
The settings of the node that mapreduce.service runs.
.TP
.I /etc/mapreduce/token
The secret of the cluster.
.TP
.I /usr/share/doc/mapreduce/reference.conf
Every setting, with its default.
.SH ENVIRONMENT
.TP
.B MAPREDUCE_CLUSTER
The folder of the cluster that commands mean.
.TP
.B OTEL_EXPORTER_OTLP_ENDPOINT
A collector of traces, metrics and logs.
EOF
