"""A real Slurm of two nodes on this machine, without root rights or a database."""

import getpass
import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "srun", "squeue", "scontrol")
NODES = ("robuust1", "robuust2")
CONF = """
ClusterName=robuust
SlurmctldHost=localhost
SlurmctldPort={ports[0]}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
AuthInfo=socket={folder}/munge/socket
CredType=cred/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool_%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd_%n.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd_%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=task=1
JobAcctGatherParams=OverMemoryKill
AccountingStorageType=accounting_storage/none
SlurmdTimeout=10
SlurmdParameters=config_overrides
SchedulerParameters=sched_interval=2,sched_min_interval=0
ReturnToService=2
MinJobAge=300
NodeName=DEFAULT CPUs=1 RealMemory=6000
NodeName={nodes[0]} NodeHostname=localhost Port={ports[1]}
NodeName={nodes[1]} NodeHostname=localhost Port={ports[2]}
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""
# Within a job the executor calls srun without the SLURM_ variables of the job.
SRUN = '#!/bin/sh\nSLURM_CONF={folder}/slurm.conf exec {srun} "$@"\n'


def missing_programs():
    """Words for what is not installed, or None when all is there."""
    missing = [name for name in PROGRAMS if program(name) is None]
    if missing:
        packages = "munge slurmctld slurmd slurm-client"
        return f"no {', '.join(missing)} (apt-get install {packages})"
    return None


def program(name):
    """Path of a program, also where only root has it on the search path."""
    return shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/sbin")


class LocalSlurm:
    """Controller and nodes, each a process of its own under `folder`."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.environment = os.environ | {
            "SLURM_CONF": f"{folder}/slurm.conf",
            "PATH": f"{folder}/bin:{os.environ['PATH']}",
        }

    def start(self):
        """Start munge, the controller and both nodes; wait until the nodes are idle."""
        for name in ("munge", "state", "bin", *(f"spool_{node}" for node in NODES)):
            (self.folder / name).mkdir()
        self._start_munge()
        text = CONF.format(
            folder=self.folder, ports=free_ports(3), user=getpass.getuser(), nodes=NODES
        )
        (self.folder / "slurm.conf").write_text(text, encoding="utf-8")
        wrapper = self.folder / "bin" / "srun"
        words = SRUN.format(folder=self.folder, srun=program("srun"))
        wrapper.write_text(words, encoding="utf-8")
        wrapper.chmod(0o755)
        self.call("slurmctld")
        for node in NODES:
            self.start_node(node)
        wait_until(self.all_idle, 60, self.told)

    def _start_munge(self):
        munge = self.folder / "munge"
        munge.chmod(0o755)
        key = munge / "key"
        key.write_bytes(os.urandom(1024))
        key.chmod(0o600)
        files = {
            "key-file": "key",
            "socket": "socket",
            "pid-file": "pid",
            "log-file": "log",
            "seed-file": "seed",
        }
        options = [f"--{option}={munge / name}" for option, name in files.items()]
        self.call("munged", *options, "--num-threads=10")

    def call(self, name, *arguments):
        """Run one of Slurm's programs; what it wrote."""
        done = subprocess.run(
            [program(name), *arguments],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, f"{name}: {done.stdout}{done.stderr}{self.told()}"
        return done.stdout

    def start_node(self, node):
        """Start the daemon of a node."""
        self.call("slurmd", "-N", node)

    def states(self):
        """What the controller says of each node."""
        return self.call("sinfo", "--noheader", "--Node", "--format=%T").split()

    def all_idle(self):
        """Whether both nodes wait for work."""
        return self.states() == ["idle"] * len(NODES)

    def jobs_on(self, node):
        """Ids of the jobs that run on a node now."""
        words = ("--noheader", "--states=RUNNING", f"--nodelist={node}", "--format=%i")
        return self.call("squeue", *words).split()

    def kill_node(self, node):
        """End a node as a power cut does: its daemon and all that runs on it."""
        jobs = self.jobs_on(node)
        pid = int((self.folder / f"slurmd_{node}.pid").read_text())
        os.kill(pid, signal.SIGKILL)
        for process in processes_of(self.folder, node, jobs):
            end(process)
        return jobs

    def told(self):
        """The end of every log, for a failed test."""
        logs = sorted(self.folder.glob("*.log"))
        return "".join(f"\n{log.name}: {log.read_text()[-1500:]}" for log in logs)

    def stop(self):
        """End everything that was started, and what still runs on the nodes."""
        for node in NODES:
            for process in processes_of(self.folder, node, []):
                end(process)
        for name in (*(f"slurmd_{node}.pid" for node in NODES), "slurmctld.pid"):
            file = self.folder / name
            if file.exists():
                end(int(file.read_text()))
        munge = self.folder / "munge" / "pid"
        if munge.exists():
            end(int(munge.read_text()))


def processes_of(folder, node, jobs):
    """Processes on a node: those of the jobs, and the daemons that watch over these."""
    steps = tuple(f"slurmstepd: [{job}." for job in jobs)
    ours = f"SLURM_CONF={folder}/slurm.conf".encode()
    for path in Path("/proc").glob("[0-9]*"):
        try:
            surroundings = (path / "environ").read_bytes().split(b"\0")
            words = (path / "cmdline").read_bytes().decode(errors="replace")
        except OSError:  # it ended meanwhile, or is another user's
            continue
        on_node = f"SLURMD_NODENAME={node}".encode() in surroundings
        if ours in surroundings and (on_node or (steps and words.startswith(steps))):
            yield int(path.name)


def end(process):
    """Kill a process that this test started, if it is still there."""
    try:
        os.kill(process, signal.SIGKILL)
    except ProcessLookupError:
        return


def free_ports(count):
    """Ports of this machine that nobody listens on."""
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def wait_until(condition, seconds, told):
    """Ask every half second until it is so; fail with what is told when it never is."""
    last = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < last, f"waited {seconds} s in vain: {told()}"
        time.sleep(0.5)
