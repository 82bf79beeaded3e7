namespace TcpAgent.Kernel.Netlink;

/// <summary>Places in struct rtnl_link_stats64; 4.6 added rx_nohandler.</summary>
enum LinkStat
{
    rx_packets = 0,
    tx_packets = 1,
    rx_bytes = 2,
    tx_bytes = 3,
    rx_errors = 4,
    tx_errors = 5,
    rx_dropped = 6,
    tx_dropped = 7,
    multicast = 8,
    collisions = 9,
    rx_length_errors = 10,
    rx_over_errors = 11,
    rx_crc_errors = 12,
    rx_frame_errors = 13,
    rx_fifo_errors = 14,
    rx_missed_errors = 15,
    tx_aborted_errors = 16,
    tx_carrier_errors = 17,
    tx_fifo_errors = 18,
    tx_heartbeat_errors = 19,
    tx_window_errors = 20,
    rx_compressed = 21,
    tx_compressed = 22,
    rx_nohandler = 23,
}
