# Runs in the bench, put behind the scenario's environment: devices, then the guest stage.
exec </dev/null >>"$BENCH_RUN/output" 2>&1
ip link set lo up
if bash "$here/guest/devices.sh"; then
  cut -d ' ' -f 1 /proc/uptime >"$BENCH_RUN/ready"
  cd /tmp || exit 1
  "$script" guest
  echo $? >"$BENCH_RUN/status"
else
  echo "FAILED the bench's devices could not be made"
  echo 1 >"$BENCH_RUN/status"
fi
sync
if [ $$ = 1 ]; then
  busybox poweroff -f
else
  systemctl poweroff
fi
sleep 60
