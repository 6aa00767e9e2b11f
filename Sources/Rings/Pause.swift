import CEventFD
import Glibc

/// Tells the processor that this thread spins, so that it saves power and does not speculate ahead.
func spinHint() { vdt_spin_hint() }

/// Lets other runnable threads of this core run.
func yieldCore() { _ = sched_yield() }
