"""Still pictures changed on this computer: functions from files to files.

Arrays are height x width x channels, sRGB, uint8; what is calculated with is float32 from 0 to 1.
"""
