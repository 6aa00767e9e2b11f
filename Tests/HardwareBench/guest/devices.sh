#!/bin/bash
# Makes the bench's devices; every driver is the kernel's own.
#   GPIO    chip "border-post" with 16 lines, 12 of them named     gpio-sim
#   cameras /dev/video0, bus platform:vivid-000                    vivid
#           /dev/video10, card "cctv", whose pictures we write     v4l2loopback
#   serial  /dev/ttyACM0, USB serial number DRONE01: the post's end; /dev/ttyGS0: the drone's end
set -eu

mkdir -p /lib/modules
mount --bind "$BENCH_KERNEL/lib/modules" /lib/modules
modprobe -a configfs
mountpoint -q /sys/kernel/config || mount -t configfs none /sys/kernel/config
mountpoint -q /sys/kernel/debug || mount -t debugfs none /sys/kernel/debug

modprobe gpio-sim
bank=/sys/kernel/config/gpio-sim/post/bank0
mkdir -p $bank
echo 16 >$bank/num_lines
echo border-post >$bank/label
number=0
for name in pir-north pir-south pir-east pir-west gate-open gate-closed tamper mains-ok \
  barrier-up relay-siren relay-light spare; do
  mkdir $bank/line$number
  echo $name >$bank/line$number/name
  number=$((number + 1))
done
echo 1 >/sys/kernel/config/gpio-sim/post/live

modprobe vivid n_devs=1 node_types=0x1 num_inputs=1 input_types=0 vid_cap_nr=0
modprobe v4l2loopback video_nr=10 card_label=cctv exclusive_caps=0 max_buffers=4

modprobe -a dummy_hcd libcomposite cdc_acm usb_f_acm
gadget=/sys/kernel/config/usb_gadget/drone
mkdir -p $gadget/strings/0x409 $gadget/configs/c.1 $gadget/functions/acm.0
echo 0x26ac >$gadget/idVendor
echo 0x0011 >$gadget/idProduct
echo DRONE01 >$gadget/strings/0x409/serialnumber
ln -s $gadget/functions/acm.0 $gadget/configs/c.1/
ls /sys/class/udc >$gadget/UDC
for _ in $(seq 50); do
  [ ! -c /dev/ttyACM0 ] || break
  sleep 0.1
done
for node in /dev/gpiochip0 /dev/video0 /dev/video10 /dev/ttyACM0 /dev/ttyGS0; do
  [ -c $node ] || { echo "$node did not come" >&2; exit 1; }
done
