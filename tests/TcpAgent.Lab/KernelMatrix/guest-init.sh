#!/bin/sh
# The guest's first process: mounts, loads what the scenarios need, runs them, switches off.
exec </dev/console >/dev/console 2>&1
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8
mount -t tmpfs t /run
mount -t tmpfs t /tmp
ip link set lo up
for module in veth nf_conntrack nf_tables nft_ct nft_counter nf_conntrack_ipv4 tcp_diag inet_diag sch_tbf virtio_net; do
    modprobe -q $module
done
for word in $(cat /proc/cmdline); do
    case $word in lab=*) script=${word#lab=} ;; esac
done
cd /lab && python3 "$script"
echo "MATRIX DONE"
echo o > /proc/sysrq-trigger
sleep 10
