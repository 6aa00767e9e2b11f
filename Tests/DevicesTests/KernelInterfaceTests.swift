import CGPIOD
import CSerialPort
import CV4L2
import Glibc
import Model
import Testing

@testable import Devices

/// The kernel's and the libraries' numbers on a 64-bit machine, so that a change of header fails
/// here and not in the field.
@Suite struct KernelInterfaceTests {
  @Test func `structures have the sizes of the kernel's interface`() {
    #expect(MemoryLayout<v4l2_capability>.size == 104)
    #expect(MemoryLayout<v4l2_fmtdesc>.size == 64)
    #expect(MemoryLayout<v4l2_format>.size == 208)
    #expect(MemoryLayout<v4l2_streamparm>.size == 204)
    #expect(MemoryLayout<v4l2_requestbuffers>.size == 20)
    #expect(MemoryLayout<v4l2_buffer>.size == 88)
    #expect(MemoryLayout<v4l2_frmsizeenum>.size == 44)
    #expect(MemoryLayout<v4l2_frmivalenum>.size == 52)
    #expect(MemoryLayout<gpiod_line_event>.size == 24)
  }

  @Test func `requests have the numbers of the kernel's interface`() {
    #expect(vdt_vidioc_querycap() == 0x8068_5600)
    #expect(vdt_vidioc_enum_fmt() == 0xC040_5602)
    #expect(vdt_vidioc_g_fmt() == 0xC0D0_5604)
    #expect(vdt_vidioc_s_fmt() == 0xC0D0_5605)
    #expect(vdt_vidioc_reqbufs() == 0xC014_5608)
    #expect(vdt_vidioc_querybuf() == 0xC058_5609)
    #expect(vdt_vidioc_qbuf() == 0xC058_560F)
    #expect(vdt_vidioc_dqbuf() == 0xC058_5611)
    #expect(vdt_vidioc_streamon() == 0x4004_5612)
    #expect(vdt_vidioc_streamoff() == 0x4004_5613)
    #expect(vdt_vidioc_s_parm() == 0xC0CC_5616)
    #expect(vdt_vidioc_enum_framesizes() == 0xC02C_564A)
    #expect(vdt_vidioc_enum_frameintervals() == 0xC034_564B)
  }

  @Test func `constants have the values of the kernel's interface`() {
    #expect(V4L2Format.name(code: vdt_pix_fmt_grey()) == "GREY")
    #expect(V4L2Format.name(code: vdt_pix_fmt_yuyv()) == "YUYV")
    #expect(V4L2Format.name(code: vdt_pix_fmt_nv12()) == "NV12")
    #expect(V4L2Format.name(code: vdt_pix_fmt_mjpeg()) == "MJPG")
    #expect(V4L2Format.name(code: vdt_pix_fmt_jpeg()) == "JPEG")
    #expect(V4L2Format.name(code: 0x0100_2041) == "A ??")
    #expect(V4L2Format.name(code: 0x2030_3159) == "Y10")
    #expect(vdt_cap_device_caps() == 0x8000_0000)
    #expect(vdt_cap_video_capture() == 0x0000_0001)
    #expect(vdt_cap_video_capture_mplane() == 0x0000_1000)
    #expect(vdt_cap_streaming() == 0x0400_0000)
    #expect(vdt_buf_type_capture() == 1)
    #expect(vdt_memory_mmap() == 1)
    #expect(vdt_field_none() == 1)
    #expect(vdt_buf_flag_error() == 0x40)
    #expect(vdt_buf_flag_timestamp_mask() == 0xE000)
    #expect(vdt_buf_flag_timestamp_monotonic() == 0x2000)
    #expect(vdt_gpiod_event_rising() == 1)
    #expect(vdt_gpiod_direction_output() == 2)
    #expect(SP_OK.rawValue == 0 && SP_ERR_FAIL.rawValue == -2)
  }

  @Test(arguments: PixelFormat.allCases)
  func `each layout has a code and the code leads back to it`(format: PixelFormat) {
    #expect(V4L2Format.pixelFormat(code: V4L2Format.code(of: format)) == format)
  }

  @Test func `a picture's bytes follow from layout, size and row length`() {
    func size(_ format: PixelFormat, _ width: Int, _ height: Int, _ stride: Int) -> Int {
      V4L2Format(
        code: V4L2Format.code(of: format), width: width, height: height, stride: stride,
        imageSize: 0
      ).pictureSize
    }
    #expect(size(.grey, 640, 360, 640) == 230_400)
    #expect(size(.yuyv, 640, 360, 1_280) == 460_800)
    #expect(size(.nv12, 640, 360, 640) == 345_600)
    #expect(size(.nv12, 640, 361, 704) == 704 * 361 + 704 * 181)
    #expect(size(.mjpeg, 640, 360, 0) == 4)
  }

  @Test func `formats that would be read beyond a row or a buffer are refused`() {
    func defect(_ code: UInt32, _ width: Int, _ height: Int, _ stride: Int) -> String? {
      V4L2Format(code: code, width: width, height: height, stride: stride, imageSize: 0).defect
    }
    #expect(defect(vdt_pix_fmt_grey(), 640, 360, 640) == nil)
    #expect(defect(vdt_pix_fmt_mjpeg(), 640, 360, 0) == nil)
    #expect(defect(vdt_pix_fmt_grey(), 640, 360, 639) != nil)
    #expect(defect(vdt_pix_fmt_yuyv(), 640, 360, 1_279) != nil)
    #expect(defect(vdt_pix_fmt_grey(), 8, 360, 640) != nil)
    #expect(defect(vdt_pix_fmt_grey(), 640, 8_193, 640) != nil)
    #expect(defect(vdt_pix_fmt_grey(), 640, 360, 65_537) != nil)
    #expect(defect(0x3231_5559, 640, 360, 640)?.contains("YU12") == true)
  }

  @Test func `a driver without row length means rows without padding`() {
    var answer = v4l2_format()
    answer.fmt.pix.width = 320
    answer.fmt.pix.height = 240
    answer.fmt.pix.pixelformat = vdt_pix_fmt_yuyv()
    #expect(V4L2Format(answer).stride == 640)
    answer.fmt.pix.pixelformat = vdt_pix_fmt_nv12()
    #expect(V4L2Format(answer).stride == 320)
    answer.fmt.pix.bytesperline = 77
    answer.fmt.pix.pixelformat = vdt_pix_fmt_mjpeg()
    #expect(V4L2Format(answer).stride == 0)
  }
}
