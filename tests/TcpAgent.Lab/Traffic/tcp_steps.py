"""One change of state of a TCP socket while an agent samples it and nothing else sends or receives a segment."""
import socket, subprocess, sys, time

from kinds import untimed
from tcp_states import ACK, FIN, HOST, STATES, Peer, accepted, keep, listen, setup

RST = 4
REST = 10  # seconds, in which the agent starts, walks and comes to rest


def sysctl(name, value):
    with open(f'/proc/sys/net/ipv4/{name}', 'w', encoding='ascii') as file:
        file.write(str(value))


def connecting():
    client = socket.socket()
    client.setblocking(False)
    client.connect_ex(('10.92.0.77', 9))
    keep.append(client)
    return client


def closed_by_peer(server):
    connection, peer = accepted(server, 4)
    peer.close()
    peer.expect(0)
    return connection, peer


def behind_a_closed_window(connection, peer):
    """Data waits, and so will a FIN."""
    peer.window = 0
    peer.send(ACK)
    connection.send(bytes(1000))


def half_closed(server):
    """FIN_WAIT2: the peer has not sent its data yet."""
    connection, peer = accepted(server, 4)
    connection.shutdown(socket.SHUT_WR)
    peer.expect(FIN)
    peer.send(ACK)
    return connection, peer


def end(connection):
    keep.remove(connection)
    connection.close()


def prepare(step, server):
    """Prepares what comes before the step; returns the step."""
    if step == 'connect':
        return connecting
    if step == 'connect-gives-up':
        sysctl('tcp_syn_retries', 2)  # after seven seconds
        sysctl('tcp_syn_linear_timeouts', 0)
        return lambda: connecting() and time.sleep(8)
    if step == 'connect-is-given-up':
        return connecting().close
    if step == 'half-open':
        return lambda: Peer(STATES).half_open()
    if step == 'half-open-expires':
        sysctl('tcp_synack_retries', 0)
        return lambda: Peer(STATES).half_open() and time.sleep(2)
    if step == 'fin-comes':
        return accepted(server, 4)[1].close
    if step == 'fin-goes':
        connection, _ = accepted(server, 4)
        return lambda: connection.shutdown(socket.SHUT_WR)
    if step == 'fin-cannot-go':
        connection, peer = accepted(server, 4)
        behind_a_closed_window(connection, peer)
        return lambda: connection.shutdown(socket.SHUT_WR)
    if step == 'last-fin-goes':
        connection, _ = closed_by_peer(server)
        return lambda: end(connection)
    if step == 'last-fin-cannot-go':
        connection, peer = closed_by_peer(server)
        behind_a_closed_window(connection, peer)
        return lambda: end(connection)
    if step == 'fin-is-answered':
        connection, peer = accepted(server, 4)
        connection.shutdown(socket.SHUT_WR)
        peer.expect(FIN)
        return lambda: peer.send(ACK)
    if step == 'becomes-a-mini-socket':
        connection, _ = half_closed(server)
        return lambda: end(connection)
    if step == 'mini-socket-expires':
        sysctl('tcp_fin_timeout', 2)
        connection, _ = half_closed(server)
        return lambda: end(connection) or time.sleep(4)
    if step == 'time-wait':
        return half_closed(server)[1].close
    if step == 'both-close':
        connection, peer = accepted(server, 4)
        connection.shutdown(socket.SHUT_WR)
        return lambda: peer.send(FIN | ACK)
    if step == 'reset-comes':
        _, peer = closed_by_peer(server)
        return lambda: peer.send(RST | ACK)
    if step == 'reset-goes':
        connection, _ = closed_by_peer(server)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, bytes([1, 0, 0, 0, 0, 0, 0, 0]))
        return lambda: end(connection)
    if step == 'queue-is-closed':
        other = listen(HOST[4], STATES + 9)
        Peer(STATES + 9).connect().close()
        return lambda: end(other)
    raise SystemExit(f'no step {step}')


@untimed
def tcp_step(step, *agent):
    """* Prepares, starts the agent (a command line: print, some samples a second apart), lets it come to rest, takes the step, prints what
    ss counts, a blank line and what the agent counted at its last sample."""
    setup()
    take = prepare(step, listen(HOST[4], STATES))
    agent = subprocess.Popen(agent, stdout=subprocess.PIPE)
    time.sleep(REST)
    take()
    exposition = agent.communicate(timeout=60)[0]
    counted = subprocess.run(['ss', '-Htan'], stdout=subprocess.PIPE, check=True).stdout
    sys.stdout.buffer.write(counted + b'\n' + exposition)
