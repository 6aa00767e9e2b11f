#!/bin/bash
# First program of the bench's kernel. The host's files are the root, read-only: a file system in
# memory is laid over them, so that a scenario may write anywhere and nothing of it remains. One
# folder of the host is writable: the run folder, at its own path.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
mount -t proc proc /proc
argument() { sed -n "s|.*bench\.$1=\([^ ]*\).*|\1|p" /proc/cmdline; }
run=$(argument run) init=$(argument init)

mount -t tmpfs tmpfs /mnt
mkdir /mnt/upper /mnt/work /mnt/root
mount -t overlay overlay -o lowerdir=/,upperdir=/mnt/upper,workdir=/mnt/work /mnt/root
cd /mnt/root || exit 1
mkdir -p proc sys dev run tmp "./$run" old
for folder in $(argument shown | tr : ' '); do
  # Folders of the host that another root does not have.
  mkdir -p "./$folder"
  mount -t hostfs none "./$folder" -o "$folder,ro"
done
mount -t hostfs none "./$run" -o "$run"
umount /proc
pivot_root . old
umount -l old
if [ -n "$init" ]; then
  # systemd mounts the rest; the scenario is a service of its own, started last.
  cat >etc/systemd/system/bench.service <<END
[Unit]
Description=The scenario of the bench
After=multi-user.target
[Service]
Type=oneshot
ExecStart=/bin/bash $run/start
TimeoutStartSec=infinity
END
  mkdir -p etc/systemd/system/default.target.wants
  ln -sf /lib/systemd/system/multi-user.target etc/systemd/system/default.target
  ln -sf /etc/systemd/system/bench.service etc/systemd/system/default.target.wants/bench.service
  # Emptying /tmp at the start would empty the run folder, which is the host's.
  : >etc/tmpfiles.d/tmp.conf
  exec chroot . "$init"
fi

mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
mkdir -p /dev/pts /dev/shm
mount -t devpts -o ptmxmode=666,gid=5 devpts /dev/pts
mount -t tmpfs tmpfs /dev/shm
mount -t tmpfs tmpfs /run
exec chroot . /bin/bash "$run/start"
