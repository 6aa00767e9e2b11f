// Video4Linux2 and libv4l2: the variadic calls and the constants made by macros with casts, which
// Swift cannot see.
#ifndef VDT_CV4L2_H
#define VDT_CV4L2_H

#include <stdint.h>
#include <sys/ioctl.h>
#include <time.h>
#include <linux/videodev2.h>
#include <libv4l2.h>

static inline int vdt_ioctl(int descriptor, unsigned long request, void *argument) { return ioctl(descriptor, request, argument); }

static inline int vdt_v4l2_ioctl(int descriptor, unsigned long request, void *argument) { return v4l2_ioctl(descriptor, request, argument); }

// The fields of timespec and timeval belong to whichever module includes <time.h> first, so Swift
// cannot name them reliably: the times come as nanoseconds.
static inline int64_t vdt_monotonic_nanos(void) { struct timespec now; clock_gettime(CLOCK_MONOTONIC, &now); return now.tv_sec * INT64_C(1000000000) + now.tv_nsec; }

static inline int64_t vdt_buffer_nanos(const struct v4l2_buffer *buffer) { return (int64_t)((uint64_t)buffer->timestamp.tv_sec * 1000000000u + (uint64_t)buffer->timestamp.tv_usec * 1000u); }

static inline unsigned long vdt_vidioc_querycap(void) { return VIDIOC_QUERYCAP; }
static inline unsigned long vdt_vidioc_enum_fmt(void) { return VIDIOC_ENUM_FMT; }
static inline unsigned long vdt_vidioc_enum_framesizes(void) { return VIDIOC_ENUM_FRAMESIZES; }
static inline unsigned long vdt_vidioc_enum_frameintervals(void) { return VIDIOC_ENUM_FRAMEINTERVALS; }
static inline unsigned long vdt_vidioc_g_fmt(void) { return VIDIOC_G_FMT; }
static inline unsigned long vdt_vidioc_s_fmt(void) { return VIDIOC_S_FMT; }
static inline unsigned long vdt_vidioc_s_parm(void) { return VIDIOC_S_PARM; }
static inline unsigned long vdt_vidioc_reqbufs(void) { return VIDIOC_REQBUFS; }
static inline unsigned long vdt_vidioc_querybuf(void) { return VIDIOC_QUERYBUF; }
static inline unsigned long vdt_vidioc_qbuf(void) { return VIDIOC_QBUF; }
static inline unsigned long vdt_vidioc_dqbuf(void) { return VIDIOC_DQBUF; }
static inline unsigned long vdt_vidioc_streamon(void) { return VIDIOC_STREAMON; }
static inline unsigned long vdt_vidioc_streamoff(void) { return VIDIOC_STREAMOFF; }

static inline uint32_t vdt_pix_fmt_grey(void) { return V4L2_PIX_FMT_GREY; }
static inline uint32_t vdt_pix_fmt_yuyv(void) { return V4L2_PIX_FMT_YUYV; }
static inline uint32_t vdt_pix_fmt_nv12(void) { return V4L2_PIX_FMT_NV12; }
static inline uint32_t vdt_pix_fmt_mjpeg(void) { return V4L2_PIX_FMT_MJPEG; }
static inline uint32_t vdt_pix_fmt_jpeg(void) { return V4L2_PIX_FMT_JPEG; }

static inline uint32_t vdt_cap_device_caps(void) { return V4L2_CAP_DEVICE_CAPS; }
static inline uint32_t vdt_cap_video_capture(void) { return V4L2_CAP_VIDEO_CAPTURE; }
static inline uint32_t vdt_cap_video_capture_mplane(void) { return V4L2_CAP_VIDEO_CAPTURE_MPLANE; }
static inline uint32_t vdt_cap_streaming(void) { return V4L2_CAP_STREAMING; }

static inline uint32_t vdt_buf_type_capture(void) { return V4L2_BUF_TYPE_VIDEO_CAPTURE; }
static inline uint32_t vdt_memory_mmap(void) { return V4L2_MEMORY_MMAP; }
static inline uint32_t vdt_field_none(void) { return V4L2_FIELD_NONE; }
static inline uint32_t vdt_buf_flag_error(void) { return V4L2_BUF_FLAG_ERROR; }
static inline uint32_t vdt_buf_flag_timestamp_mask(void) { return V4L2_BUF_FLAG_TIMESTAMP_MASK; }
static inline uint32_t vdt_buf_flag_timestamp_monotonic(void) { return V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC; }

#endif
